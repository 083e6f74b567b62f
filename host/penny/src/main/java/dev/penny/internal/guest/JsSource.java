package dev.penny.internal.guest;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * An ECMAScript module.
 *
 * @param name the module's name in Penny
 * @param text its source
 * @param file where it was read from; its folder is what relative imports may reach. Empty: it cannot import anything
 */
public record JsSource(String name, String text, Optional<Path> file) {

    /** Checks for nulls. */
    public JsSource {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(file, "file");
    }
}
