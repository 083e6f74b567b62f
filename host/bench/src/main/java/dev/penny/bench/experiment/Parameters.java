package dev.penny.bench.experiment;

import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters of a point in the order in which they are written down. */
final class Parameters {

    private Parameters() { }

    /** Names and values in turn. */
    static Map<String, String> of(Object... namesAndValues) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put((String) namesAndValues[i], String.valueOf(namesAndValues[i + 1]));
        }
        return parameters;
    }
}
