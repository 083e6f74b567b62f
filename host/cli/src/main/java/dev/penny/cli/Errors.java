package dev.penny.cli;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.DeadlineException;
import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.PennyException;
import dev.penny.api.ReplayException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong, as one line on standard error and an exit code. */
final class Errors {

    private Errors() { }

    /** Tells the user and chooses the exit code. */
    static int report(Throwable error, PrintStream err, boolean debug) {
        int code = exitCode(error);
        if (code != ExitCode.BROKEN_PIPE) {
            String hint = code == ExitCode.INTERNAL && !debug ? " (--debug shows the stack trace)" : "";
            err.println("penny: " + Text.message(message(error)) + hint);
        }
        if (debug) {
            error.printStackTrace(err);
        }
        return code;
    }

    /** A command line that picocli refuses. */
    static int report(ParameterException error, PrintStream err, boolean debug) {
        err.println("penny: %s (see %s --help)".formatted(
                Text.message(message(error)), error.getCommandLine().getCommandSpec().qualifiedName()));
        if (debug) {
            error.printStackTrace(err);
        }
        return ExitCode.USAGE;
    }

    /** A short reason without the file's name, which the caller has. */
    static String reason(Throwable error) {
        return switch (error) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case NotDirectoryException _ -> "not a directory";
            case FileSystemException e when e.getReason() != null -> e.getReason().toLowerCase(Locale.ROOT);
            case OutOfMemoryError _ -> "it does not fit into the Java heap";
            default -> Optional.ofNullable(error.getMessage()).orElseGet(() -> error.getClass().getSimpleName());
        };
    }

    /** True if a pipe's reader has gone. */
    static boolean isBrokenPipe(Throwable error) {
        return error instanceof IOException && error.getMessage() != null && error.getMessage().contains("Broken pipe");
    }

    private static String message(ParameterException error) {
        CommandSpec command = error.getCommandLine().getCommandSpec();
        if (error instanceof UnmatchedArgumentException unmatched && command.parent() == null) {
            return "unknown command: name=%s, known: %s".formatted(
                    unmatched.getUnmatched().getFirst(), String.join(" ", command.subcommands().keySet()));
        }
        String message = Optional.ofNullable(error.getMessage()).orElse("wrong command line");
        boolean mayBeArgument = error instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()
                && command.positionalParameters().stream().anyMatch(ArgSpec::isMultiValue);
        return (message.startsWith("Error: ") ? message.substring("Error: ".length()) : message)
                + (mayBeArgument ? "; before an argument that starts with a dash write --" : "");
    }

    private static String message(Throwable error) {
        return switch (error) {
            case UsageException e -> e.getMessage();
            case PennyException e -> e.getMessage();
            case IOException e -> "input or output failed: reason=" + reason(e);
            case OutOfMemoryError _ -> "out of memory: heap=%d MiB, raise it with PENNY_JAVA_OPTS=-Xmx..."
                    .formatted(Runtime.getRuntime().maxMemory() >> 20);
            default -> "internal error: " + error;
        };
    }

    private static int exitCode(Throwable error) {
        if (isBrokenPipe(error)) {
            return ExitCode.BROKEN_PIPE;
        }
        return switch (error) {
            case UsageException _ -> ExitCode.USAGE;
            case PennyException e -> exitCode(e);
            case IOException _ -> ExitCode.FAILED;
            default -> ExitCode.INTERNAL;
        };
    }

    private static int exitCode(PennyException error) {
        return switch (error) {
            case LoadException _, LinkException _, SignatureException _, CapacityException _, GraphException _, ReplayException _ -> ExitCode.USAGE;
            case TaskFailedException _, GraphFailedException _, DeadlineException _ -> ExitCode.FAILED;
            case RuntimeUnusableException _ -> ExitCode.UNAVAILABLE;
            case ClosedException _ -> ExitCode.INTERNAL;
        };
    }
}
