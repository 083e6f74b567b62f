package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The two files of results: comparisons in the stable format, and everything raw. */
public final class Results {

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(plainNumbers());

    private Results() { }

    /** Digits without an exponent, for people and for simple programs. */
    private static SimpleModule plainNumbers() {
        StdSerializer<Double> serializer = new StdSerializer<>(Double.class) {

            private static final long serialVersionUID = 1;

            @Override
            public void serialize(Double value, JsonGenerator generator, SerializerProvider provider) throws IOException {
                BigDecimal number = new BigDecimal(value.toString()).stripTrailingZeros();
                generator.writeNumber(number.toPlainString());
            }
        };
        return new SimpleModule().addSerializer(Double.class, serializer).addSerializer(double.class, serializer);
    }

    /** Where a result comes from: when it was measured, of what and on what. */
    public record Origin(
            @JsonProperty(value = "date", required = true) String date,
            @JsonProperty(value = "commit", required = true) String commit,
            @JsonProperty("processor") String processor) { }

    /**
     * Everything that was measured in one run of the suite.
     *
     * @param date when it began
     * @param mode {@code full} or {@code quick}
     * @param workers the larger number of workers
     * @param machine what it ran on
     * @param runs the benchmarks
     * @param figures what is no comparison
     * @param idle an empty pool, if measured
     * @param memory peak memory, if measured
     * @param older where the results come from that an update has kept, by benchmark
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Raw(
            @JsonProperty(value = "date", required = true) String date,
            @JsonProperty(value = "mode", required = true) String mode,
            @JsonProperty(value = "workers", required = true) int workers,
            @JsonProperty(value = "machine", required = true) Map<String, String> machine,
            @JsonProperty(value = "runs", required = true) List<Run> runs,
            @JsonProperty("figures") List<Figure> figures,
            @JsonProperty("idle") Idle.Reading idle,
            @JsonProperty("memory") Memory.Reading memory,
            @JsonProperty("older") Map<String, Origin> older) {

        /** Older files have no figures, and not where each result comes from, or not what processor; that was the machine's then. */
        public Raw {
            figures = figures == null ? List.of() : List.copyOf(figures);
            Map<String, Origin> origins = new LinkedHashMap<>(older == null ? Map.of() : older);
            origins.replaceAll((_, origin) -> origin.processor() != null ? origin
                    : new Origin(origin.date(), origin.commit(), onMachine(machine, "processor")));
            older = Collections.unmodifiableMap(origins);
        }

        /** Where the results come from that no update has kept. */
        Origin origin() {
            return new Origin(date, onMachine(machine, "commit"), onMachine(machine, "processor"));
        }

        private static String onMachine(Map<String, String> machine, String what) {
            return machine.getOrDefault(what, "unknown");
        }

        /** The same without some runs. */
        Raw without(List<Run> others) {
            List<Run> kept = runs.stream().filter(run -> !others.contains(run)).toList();
            return new Raw(date, mode, workers, machine, kept, figures, idle, memory, older);
        }

        /** True if nothing was measured. */
        @com.fasterxml.jackson.annotation.JsonIgnore
        boolean isEmpty() {
            return runs.isEmpty() && figures.isEmpty() && idle == null && memory == null;
        }

        /** Every comparison of every benchmark. */
        public List<Comparison> comparisons() {
            return runs.stream().flatMap(run -> run.comparisons().stream()).toList();
        }

        /** These results, and those of {@code before} that they do not have, in the order of {@code names}. */
        Raw over(Raw before, List<String> names) {
            before.requireSame(mode, workers);
            List<Run> merged = names.stream().map(name -> run(name).or(() -> before.run(name))).flatMap(Optional::stream).toList();
            List<Figure> both = names.stream().map(name -> figure(name).or(() -> before.figure(name))).flatMap(Optional::stream).toList();
            Map<String, Origin> kept = new LinkedHashMap<>();
            names.stream().filter(name -> before.has(name) && !has(name)).forEach(name -> kept.put(name, before.origin(name)));
            return new Raw(date, mode, workers, machine, merged, both, idle == null ? before.idle : idle,
                    memory == null ? before.memory : memory, kept);
        }

        private boolean has(String name) {
            return run(name).isPresent() || figure(name).isPresent() || (name.equals(Catalog.IDLE) && idle != null)
                    || (name.equals(Catalog.MEMORY) && memory != null);
        }

        private Origin origin(String name) {
            return older.getOrDefault(name, origin());
        }

        /** @throws IllegalArgumentException these were measured in another way */
        void requireSame(String otherMode, int otherWorkers) {
            if (!mode.equals(otherMode) || workers != otherWorkers) {
                throw new IllegalArgumentException("results measured in different ways: mode=%s and %s, workers=%d and %d"
                        .formatted(mode, otherMode, workers, otherWorkers));
            }
        }

        /** The figure with this name. */
        public Optional<Figure> figure(String name) {
            return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
        }

        /** The benchmark with this name. */
        public Optional<Run> run(String name) {
            return runs.stream().filter(run -> run.name().equals(name)).findFirst();
        }
    }

    /** As text in the stable format: an array with one object per line. */
    public static String toJson(List<Comparison> comparisons) {
        ObjectWriter writer = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < comparisons.size(); i++) {
            text.append(i == 0 ? "\n" : ",\n").append(write(writer, comparisons.get(i)));
        }
        return text.append("\n]\n").toString();
    }

    /** The reverse of {@link #toJson}. @throws IllegalArgumentException the text is not in that format; the message says where */
    public static List<Comparison> comparisons(String json) {
        return read(json, new TypeReference<>() { });
    }

    /** As text. */
    public static String toJson(Object raw) {
        return write(MAPPER.writerWithDefaultPrettyPrinter(), raw) + "\n";
    }

    /** The reverse of {@link #toJson(Object)} for {@link Raw}. @throws IllegalArgumentException it is something else */
    public static Raw raw(String json) {
        return read(json, new TypeReference<>() { });
    }

    /** What a child process wrote. */
    static <T> T read(Path file, Class<T> type) throws IOException {
        return MAPPER.readValue(Files.readString(file), type);
    }

    private static <T> T read(String json, TypeReference<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new IllegalArgumentException("not results: null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not results: " + e.getMessage(), e);
        }
    }

    private static String write(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("results cannot be written: " + e.getMessage(), e);
        }
    }
}
