package dev.penny.bench.suite.jobs;

import dev.penny.bench.suite.Setup;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A guest module in the engine Endive, compiled to Java bytecode once. Endive has a class loader of its own: its newest compiler needs an
 * older version of the parser than the one Penny reads modules with.
 */
public final class Endive {

    private static final String IMPLEMENTATION = "dev.penny.bench.suite.jobs.EndiveInstances";

    private final Supplier<Instance> instances;

    Endive(String path) {
        try {
            instances = implementation(Setup.guestPath(path));
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("Endive cannot be used: " + e, e);
        }
    }

    /** A new instance, for one thread. */
    Instance instance() {
        return instances.get();
    }

    /** An instance of a module. */
    public interface Instance {

        /** An exported function. */
        Call function(String name);

        /** A copy of a part of the memory. */
        byte[] read(int address, int length);

        /** Writes into the memory. */
        void write(int address, byte[] bytes);
    }

    /** An exported function. */
    public interface Call {

        /** Its first result, 0 if it has none. */
        long apply(long... arguments);
    }

    @SuppressWarnings("unchecked")
    private static Supplier<Instance> implementation(Path module) throws IOException, ReflectiveOperationException {
        Path target = Path.of(System.getProperty("penny.root", "."), "host/bench/target");
        List<URL> jars = new ArrayList<>(List.of(target.resolve("classes").toUri().toURL()));
        try (Stream<Path> files = Files.list(target.resolve("endive"))) {
            files.map(Endive::url).forEach(jars::add);
        }
        return (Supplier<Instance>) new OwnFirst(jars.toArray(URL[]::new)).loadClass(IMPLEMENTATION).getDeclaredConstructor(Path.class)
                .newInstance(module);
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes Endive and what is compiled against it from its own jars, all else from the application. */
    private static final class OwnFirst extends URLClassLoader {

        OwnFirst(URL[] jars) {
            super(jars, Endive.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("run.endive.") && !name.startsWith(IMPLEMENTATION)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
