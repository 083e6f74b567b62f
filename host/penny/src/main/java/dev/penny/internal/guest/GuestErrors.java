package dev.penny.internal.guest;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import java.util.ArrayList;
import java.util.List;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;

/** Turns what came out of a guest into the failure of one task. */
public final class GuestErrors {

    private static final int FRAMES_MAX = 64;
    private static final List<String> PENNY_FRAMES = List.of("penny-core", ".glue", ".blockglue", JsContext.PENNY_SCRIPT);

    /** GraalWasm's frame for the call of an imported host function. */
    private static final String IMPORT_STUB = "wasm-function:execute";

    private GuestErrors() { }

    /**
     * The failure of a task that trapped, threw or recursed too deep. An exception that one of Penny's own imports threw on the
     * guest's behalf is that failure itself.
     *
     * @param function {@code module/function(signature)}
     */
    public static PennyException failure(String function, Throwable thrown) {
        if (thrown instanceof PennyException own) {
            return own;
        }
        if (!(thrown instanceof PolyglotException guest)) {
            return ofJava(function, thrown);
        }
        if (guest.isHostException()) {
            Throwable host = guest.asHostException();
            return host instanceof PennyException own ? own : new TaskFailedException(function, text(host), frames(guest), host);
        }
        String message = guest.getMessage() == null ? guest.toString() : guest.getMessage();
        return new TaskFailedException(function, message, frames(guest), guest);
    }

    static TaskFailedException ofJava(String function, Throwable thrown) {
        return new TaskFailedException(function, text(thrown), List.of(), thrown);
    }

    /** As {@link Throwable#toString}, also where that throws. */
    public static String describe(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (RuntimeException | Error e) {
            return unreadable(thrown);
        }
    }

    private static String unreadable(Throwable thrown) {
        return thrown.getClass().getName() + ", whose message cannot be read";
    }

    private static String text(Throwable thrown) {
        if (thrown instanceof StackOverflowError) {
            return "call stack exhausted";
        }
        String type = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? type : message;
        } catch (RuntimeException | Error e) {
            // The message is the task's code too.
            return unreadable(thrown);
        }
    }

    /** The guest's frames, innermost first, without those of Penny's own modules. */
    static List<String> frames(PolyglotException thrown) {
        List<String> frames = new ArrayList<>();
        for (PolyglotException.StackFrame frame : thrown.getPolyglotStackTrace()) {
            if (frames.size() == FRAMES_MAX) {
                frames.add("...");
                break;
            }
            if (frame.isGuestFrame()) {
                if (PENNY_FRAMES.stream().anyMatch(frame.toString()::contains)) {
                    break;
                }
                if (!IMPORT_STUB.equals(frame.getRootName())) {
                    frames.add(text(frame));
                }
            }
        }
        return frames;
    }

    /** Wasm has no lines worth telling: module and function. Other languages say it themselves. */
    private static String text(PolyglotException.StackFrame frame) {
        if (!frame.getLanguage().getId().equals("wasm")) {
            return frame.toString();
        }
        SourceSection location = frame.getSourceLocation();
        return location == null ? frame.getRootName() : location.getSource().getName() + "." + frame.getRootName();
    }
}
