package dev.penny.examples.runner;

import dev.penny.Penny;
import dev.penny.api.PennyException;
import dev.penny.examples.cholesky.Cholesky;
import dev.penny.examples.compress.Compress;
import dev.penny.examples.digits.Digits;
import dev.penny.examples.frame.GameFrame;
import dev.penny.examples.galaxy.Galaxy;
import dev.penny.examples.image.ImagePipeline;
import dev.penny.examples.orders.Orders;
import dev.penny.examples.routes.Routes;
import dev.penny.examples.wordcount.WordCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs an example as a graph and in sequence, and compares: {@code scripts/example}. */
public final class RunExample {

    private static final int FAILED = 1;
    private static final int USAGE = 64;
    private static final String HELP = """
            usage: scripts/example NAME [--workers N] [--runs N] [--output FILE]

            Runs an example as a graph of tasks, compares the answer with that of plain sequential Java, and prints both times.

              --workers N     how many workers, by default one per processor
              --runs N        how often the graph runs, by default once; the first runs are slower, for nothing is compiled yet
              --output FILE   writes the bytes of the answer, for example the picture of `image`

            Examples:
            """;

    private RunExample() { }

    /** All examples; the folder of each is in {@code root/examples}, and some read {@code root/docs}. */
    public static List<Example> all(Path root) {
        Path examples = root.resolve("examples");
        List<Path> docs = Files.of(root.resolve("docs"), ".md");
        return List.of(new ImagePipeline(examples.resolve("image")), new Cholesky(examples.resolve("cholesky")),
                new WordCount(examples.resolve("wordcount"), docs), new Digits(examples.resolve("digits")),
                new Orders(examples.resolve("orders")), new Compress(examples.resolve("compress"), docs),
                new Galaxy(examples.resolve("galaxy")), new Routes(examples.resolve("routes")), new GameFrame());
    }

    /** See {@code --help}. The system property {@code penny.root} names the checkout. */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(System.getProperty("penny.root", "."));
        List<Example> examples = all(root);
        Settings settings;
        try {
            settings = Settings.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("example: " + e.getMessage());
            System.exit(USAGE);
            return;
        }
        if (settings.name().isEmpty()) {
            System.out.print(HELP);
            examples.forEach(example -> System.out.printf("  %-10s %s%n", example.name(), example.about()));
            return;
        }
        Example example = examples.stream().filter(one -> one.name().equals(settings.name())).findFirst().orElse(null);
        if (example == null) {
            System.err.println("example: no such example: name=%s, known=%s"
                    .formatted(settings.name(), String.join(" ", examples.stream().map(Example::name).toList())));
            System.exit(USAGE);
            return;
        }
        System.exit(run(example, settings) ? 0 : FAILED);
    }

    private static boolean run(Example example, Settings settings) throws IOException {
        System.out.println(example.name() + ": " + example.about());
        long start = System.nanoTime();
        Answer oracle = example.inSequence();
        System.out.printf("in sequence in Java: %.0f ms, hash %s%n", millisSince(start), oracle.hash());
        try (Penny penny = settings.workers() == 0 ? Penny.create() : Penny.builder().workers(settings.workers()).build();
                Program program = example.open(penny)) {
            boolean agrees = true;
            for (int run = 1; run <= settings.runs(); run++) {
                start = System.nanoTime();
                Answer answer = program.run();
                double millis = millisSince(start);
                agrees &= example.agrees(answer, oracle);
                System.out.printf("graph of %d tasks, %d workers: %.0f ms, hash %s, %s%n", program.graph().tasks().size(), penny.workers(),
                        millis, answer.hash(), example.agrees(answer, oracle) ? "agrees" : "DIFFERS");
                if (run == settings.runs()) {
                    System.out.println(answer.summary());
                    if (!settings.output().isEmpty()) {
                        java.nio.file.Files.write(Path.of(settings.output()), answer.bytes());
                    }
                }
            }
            return agrees;
        } catch (PennyException e) {
            System.err.println("example: " + e.getMessage());
            return false;
        }
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    /**
     * The arguments.
     *
     * @param name of the example, empty to list them
     * @param workers 0 for as many as processors
     * @param runs at least 1
     * @param output empty for none
     */
    private record Settings(String name, int workers, int runs, String output) {

        static Settings of(String[] arguments) {
            Settings settings = new Settings("", 0, 1, "");
            for (int i = 0; i < arguments.length; i++) {
                String argument = arguments[i];
                settings = switch (argument) {
                    case "-h", "--help" -> new Settings("", 0, 1, "");
                    case "--workers" -> new Settings(settings.name, number(arguments, ++i), settings.runs, settings.output);
                    case "--runs" -> new Settings(settings.name, settings.workers, number(arguments, ++i), settings.output);
                    case "--output" -> new Settings(settings.name, settings.workers, settings.runs, value(arguments, ++i));
                    default -> {
                        if (argument.startsWith("-") || !settings.name.isEmpty()) {
                            throw new IllegalArgumentException("unknown argument: " + argument);
                        }
                        yield new Settings(argument, settings.workers, settings.runs, settings.output);
                    }
                };
            }
            return settings;
        }

        private static String value(String[] arguments, int index) {
            if (index >= arguments.length) {
                throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
            }
            return arguments[index];
        }

        private static int number(String[] arguments, int index) {
            String text = value(arguments, index);
            int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
            if (number < 1) {
                throw new IllegalArgumentException("%s is not in 1..9999: value=%s".formatted(arguments[index - 1], text));
            }
            return number;
        }
    }
}
