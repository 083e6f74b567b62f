package dev.penny.bench.experiment;

import java.util.List;
import java.util.Map;
import org.knowm.xchart.internal.chartpart.Chart;

/** A question, how it is measured, and what of the data is shown. */
interface Experiment {

    /** As in the requirements and in the names of its files: {@code E-8}. */
    String name();

    /** What it is about, for lists. */
    String title();

    /** The combinations of parameters, in the order in which they are measured. */
    List<Point> points(Effort effort);

    /** The tables of its page, by the name of their mark. */
    Map<String, String> tables(Data data);

    /** Its pictures, by the part of their file name behind the experiment's. */
    Map<String, Chart<?, ?>> plots(Data data);
}
