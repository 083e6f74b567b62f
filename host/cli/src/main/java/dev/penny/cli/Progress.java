package dev.penny.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.OptionalLong;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * The progress of a map on standard error: a bar with rate and estimated time, or nothing. Where results go to the same terminal, the
 * bar makes room for them.
 */
sealed interface Progress extends AutoCloseable {

    /** One more input has its result or has failed. */
    void step();

    /** Takes the bar off the screen while {@code print} writes to the same terminal. */
    void around(Print print) throws IOException;

    @Override
    void close();

    /** Something that writes to the terminal. */
    @FunctionalInterface
    interface Print {
        void run() throws IOException;
    }

    /** When a bar is shown. */
    enum Mode { AUTO, ALWAYS, NEVER }

    /** A bar, if the mode and the terminal want one. */
    static Progress start(Mode mode, Terminal terminal, InputSource source) {
        return start(mode, terminal, source.unit(), source.total());
    }

    /**
     * A bar, if the mode and the terminal want one.
     *
     * @param unit what a step is, in the plural
     * @param total how many steps there will be, if that is known
     */
    static Progress start(Mode mode, Terminal terminal, String unit, OptionalLong total) {
        boolean shown = switch (mode) {
            case AUTO -> terminal.display().errShown();
            case ALWAYS -> true;
            case NEVER -> false;
        };
        return shown ? new Bar(terminal.err(), terminal.display().columns(), unit, total) : new Silent();
    }

    /** No progress. */
    final class Silent implements Progress {
        @Override
        public void step() { }

        @Override
        public void around(Print print) throws IOException {
            print.run();
        }

        @Override
        public void close() { }
    }

    /** The library's bar on one line that is redrawn. */
    final class Bar implements Progress {

        private static final int REDRAW_MILLIS = 200;
        private static final String CLEAR_LINE = "\r\u001b[K";

        private final Line line;
        private final ProgressBar bar;

        private Bar(PrintStream err, int columns, String unit, OptionalLong total) {
            this.line = new Line(err, columns);
            this.bar = new ProgressBarBuilder()
                    .setTaskName(unit)
                    .setInitialMax(total.orElse(-1))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(REDRAW_MILLIS)
                    .showSpeed(new DecimalFormat("#,##0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                    .setConsumer(line)
                    .build();
        }

        @Override
        public void step() {
            bar.step();
        }

        @Override
        public void around(Print print) throws IOException {
            line.around(print);
        }

        @Override
        public void close() {
            bar.close();
        }

        private static final class Line implements ProgressBarConsumer {

            private final PrintStream err;
            private final int columns;
            private String shown = "";

            Line(PrintStream err, int columns) {
                this.err = err;
                this.columns = columns;
            }

            @Override
            public int getMaxRenderedLength() {
                // The last column would make some terminals wrap.
                return columns - 1;
            }

            @Override
            public synchronized void accept(String rendered) {
                shown = rendered.strip();
                err.print(CLEAR_LINE + shown);
                err.flush();
            }

            synchronized void around(Print print) throws IOException {
                err.print(CLEAR_LINE);
                err.flush();
                print.run();
                err.print(shown);
                err.flush();
            }

            @Override
            public synchronized void close() {
                err.println();
                shown = "";
            }
        }
    }
}
