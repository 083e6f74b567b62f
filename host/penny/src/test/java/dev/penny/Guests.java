package dev.penny;

import java.nio.file.Path;

/** Where the committed guest modules are. */
public final class Guests {

    private Guests() { }

    /** The top of the checkout. */
    public static Path root() {
        return Path.of(System.getProperty("penny.root", "../.."));
    }

    /** A module in {@code guest-modules/dist}. */
    public static Path dist(String name) {
        return root().resolve("guest-modules/dist").resolve(name);
    }

    /** A hostile or odd module in {@code guest-modules/dist/test}. */
    public static Path hostile(String name) {
        return dist("test").resolve(name);
    }

    /** A module in {@code guest-modules/js}. */
    public static Path js(String name) {
        return root().resolve("guest-modules/js").resolve(name);
    }
}
