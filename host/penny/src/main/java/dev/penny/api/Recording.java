package dev.penny.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * What the workers of a run decided, in an order in which they could have decided it one after the other. A run that does the same
 * submissions can be made to decide the same ({@code PennyBuilder.replay}).
 *
 * @param workers how many there were
 * @param seed of the victim choice
 * @param core identifies the version of the core; another version may decide other things
 * @param policy of the run
 * @param decisions all of them, in order
 */
public record Recording(int workers, long seed, long core, Policy policy, List<Decision> decisions) {

    private static final long MAGIC = 0x3243_4552_594E_4550L; // "PENYREC2", read as a little-endian number
    private static final int HEADER_BYTES = 48;
    private static final int DECISION_BYTES = 20;
    private static final int CHECK_BYTES = 8;
    private static final int WORKERS_MAX = 256;

    /** Checks the workers that the decisions name, and copies the list. */
    public Recording {
        Objects.requireNonNull(policy, "policy");
        decisions = List.copyOf(decisions);
        for (Decision decision : decisions) {
            if (decision.worker() < 0 || decision.worker() >= workers) {
                throw new IllegalArgumentException("a decision of a worker that does not exist: decision=%s, workers=%d"
                        .formatted(decision, workers));
            }
        }
    }

    /** Of a run with work stealing. */
    public Recording(int workers, long seed, long core, List<Decision> decisions) {
        this(workers, seed, core, Policy.WORK_STEALING, decisions);
    }

    /** What a worker decided. The order is that of the core's numbers, which start with 1. */
    public enum Kind {
        /** Took a task from its own deque. */
        POP,
        /** Stole a task from the victim. */
        STEAL,
        /** Took a task from an injector. */
        INJECTOR,
        /** Took a task from its own mailbox. */
        MAIL,
        /** Told a task to promote its oldest fork. */
        BEAT,
        /** Made a fork visible to thieves. */
        PROMOTE,
        /** Found its deque full, so kept a promoted fork. */
        KEEP,
        /** Found no frame for a fork. */
        NO_FRAME,
        /** Took a fork back un-started. */
        RECLAIM,
        /** Found that a fork has been stolen. */
        LOST,
        /** Found that a fork has ended. */
        JOINED,
        /** Went on with a fork that had waited for something. */
        RESUME,
        /** Stole a task from the victim, which runs the fork it waits for. */
        LEAPFROG,
        /** Gave the upper half of a part of a bulk away. */
        SPLIT,
        /** Left a part of a bulk, or a task of a graph that it would have gone on with, and queued it first. */
        LEAVE,
        /** The same, and queued it last. */
        MAKE_WAY,
        /** Ended a part of a bulk. */
        END,
        /** Accounted for the last item of a bulk, or the last task of a graph. */
        COMPLETE,
        /** Found the queue full in which it wanted to put a task. */
        SPILL,
        /** Emptied its deque after a task that waited for another had helped. */
        HELPED,
        /** A task saw what it had waited for. */
        CHOICE,
        /** Took a task from the inbox of the victim. */
        INBOX,
        /** Took a task from a slot of the ring. */
        SLOT,
        /** Took a task from a slot of the ring, or from outside, to run it after the next one. */
        HOLD,
        /** Put a task that it had into a slot of the ring, or into the inbox of the victim. */
        PUT,
        /** Put a task from outside there. */
        ADMIT,
        /** Looked at the ring after it had turned. */
        EPOCH,
        /** Ran a task that it held. */
        HELD,
        /** Put a task that it held into the queue outside. */
        GIVE_BACK,
        /** Found room in its own deque, which was full before. */
        FIT,
        /** Ended the last predecessor of a task of a graph; the item says which edge led to it. */
        RELEASE,
        /** Was the first to say that a task of a graph is skipped; the item is that of RELEASE. */
        CAUSE,
        /** Released a task of a graph with conditions. */
        START,
        /** Found such a task under way, which ends the run. */
        CONFLICT,
        /** Found that a task of a graph was cancelled before it started. */
        SKIP,
        /** Took a permit of a semaphore, whose number is the item. */
        PERMIT,
        /** Left a task with a semaphore that had no permit. */
        NO_PERMIT,
        /** Gave a permit to the task that waited for one last. */
        PASS,
        /** Gave a permit back that nobody waited for. */
        RETURN
    }

    /**
     * One decision.
     *
     * @param worker who decided
     * @param kind what
     * @param victim whose deque, for the two that steal; whose inbox; else 0
     * @param nest how many dispatches lay around the current one
     * @param ticket names the task, 0: none; see {@link #task}
     * @param item of a bulk: the first that was not run by this worker so far; of forks: how often the worker had been asked for a beat; of
     *     {@code EPOCH}: how often the ring had turned
     * @param place 1 + the slot of the ring, 0: none
     */
    public record Decision(int worker, Kind kind, int victim, int nest, long ticket, int item, int place) {

        /** One that is about no slot. */
        public Decision(int worker, Kind kind, int victim, int nest, long ticket, int item) {
            this(worker, kind, victim, nest, ticket, item, 0);
        }

        /** The task in words: which submission, which fork of which worker, or which task of which graph. */
        public String task() {
            if (ticket < 0) {
                return "fork %d of worker %d".formatted(ticket & (1L << 48) - 1, ticket >>> 48 & 0x7FFF);
            }
            if ((ticket & 1L << 62) != 0) {
                long builder = ticket >>> 53 & 0x1FF;
                return "node %d of graph %d%s".formatted(ticket & (1L << 24) - 1, ticket >>> 24 & (1L << 29) - 1,
                        builder == 0 ? "" : " of worker " + (builder - 1));
            }
            long origin = ticket >>> 40;
            String number = "submission " + (ticket & (1L << 40) - 1);
            return ticket == 0 ? "none" : origin == 0 ? number : number + " of worker " + (origin - 1);
        }

        @Override
        public String toString() {
            return "worker %d %s%s [task: %s, item: %d, nest: %d]".formatted(worker, kind, where(), task(), item, nest);
        }

        private String where() {
            return switch (kind) {
                case STEAL, LEAPFROG, INBOX -> " from worker " + victim;
                case SLOT -> " from slot " + (place - 1);
                case HOLD -> place == 0 ? " from outside" : " from slot " + (place - 1);
                case PUT, ADMIT -> place == 0 ? " with worker " + victim : " in slot " + (place - 1);
                case POP, INJECTOR, MAIL, BEAT, PROMOTE, KEEP, NO_FRAME, RECLAIM, LOST, JOINED, RESUME, SPLIT, LEAVE, MAKE_WAY, END,
                        COMPLETE, SPILL, HELPED, CHOICE, EPOCH, HELD, GIVE_BACK, FIT, RELEASE, CAUSE, START,
                        CONFLICT, SKIP, PERMIT, NO_PERMIT, PASS, RETURN -> "";
            };
        }
    }

    /** A versioned form with a checksum, 20 bytes per decision and a few for the rest, the same for equal recordings. */
    public byte[] toBytes() {
        byte[] code = PolicyCode.write(policy);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + code.length + DECISION_BYTES * decisions.size() + CHECK_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putLong(core).putLong(seed).putLong(workers).putLong(decisions.size()).putLong(code.length).put(code);
        for (Decision decision : decisions) {
            out.put((byte) (decision.kind().ordinal() + 1)).put((byte) decision.worker()).put((byte) decision.victim())
                    .put((byte) decision.nest()).putLong(decision.ticket()).putInt(decision.item()).putInt(decision.place());
        }
        return out.putLong(checksum(out.array(), out.position())).array();
    }

    /** @throws LoadException it is not a recording, of another version, or damaged */
    public static Recording fromBytes(byte[] bytes) {
        return parse(bytes, "bytes");
    }

    /** Writes {@link #toBytes} to a file. @throws IOException it cannot be written */
    public void save(Path file) throws IOException {
        Files.write(file, toBytes());
    }

    /** @throws LoadException the file is missing, unreadable, not a recording, of another version, or damaged */
    public static Recording load(Path file) {
        try {
            return parse(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new LoadException("no such recording: file=" + file, e);
        } catch (IOException e) {
            throw new LoadException("the recording cannot be read: file=%s, reason=%s".formatted(file, e.getMessage()), e);
        }
    }

    private static Recording parse(byte[] bytes, String source) {
        if (bytes.length < HEADER_BYTES + CHECK_BYTES) {
            throw new LoadException("not a recording: source=%s, bytes=%d, least=%d"
                    .formatted(source, bytes.length, HEADER_BYTES + CHECK_BYTES));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long magic = in.getLong();
        if (magic != MAGIC) {
            throw new LoadException("not a recording, or of another version: source=%s, magic=%016x, expected=%016x"
                    .formatted(source, magic, MAGIC));
        }
        int end = bytes.length - CHECK_BYTES;
        if (in.getLong(end) != checksum(bytes, end)) {
            throw new LoadException("the recording is damaged: source=%s, checksum=%x, expected=%x"
                    .formatted(source, checksum(bytes, end), in.getLong(end)));
        }
        long core = in.getLong();
        long seed = in.getLong();
        long workers = in.getLong();
        long count = in.getLong();
        long codeBytes = in.getLong();
        if (workers < 1 || workers > WORKERS_MAX || codeBytes < 0 || codeBytes > end - HEADER_BYTES
                || count != (end - HEADER_BYTES - codeBytes) / DECISION_BYTES) {
            throw new LoadException("the recording is malformed: source=%s, workers=%d, decisions=%d, bytes=%d"
                    .formatted(source, workers, count, bytes.length));
        }
        Policy policy = PolicyCode.read(in, (int) codeBytes, source);
        List<Decision> decisions = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            decisions.add(decision(in, (int) workers, source));
        }
        return new Recording((int) workers, seed, core, policy, decisions);
    }

    private static Decision decision(ByteBuffer in, int workers, String source) {
        int kind = Byte.toUnsignedInt(in.get());
        int worker = Byte.toUnsignedInt(in.get());
        if (kind < 1 || kind > Kind.values().length || worker >= workers) {
            throw new LoadException("the recording is malformed: source=%s, kind=%d, worker=%d, workers=%d"
                    .formatted(source, kind, worker, workers));
        }
        return new Decision(worker, Kind.values()[kind - 1], Byte.toUnsignedInt(in.get()), Byte.toUnsignedInt(in.get()), in.getLong(),
                in.getInt(), in.getInt());
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        return sum.getValue();
    }
}
