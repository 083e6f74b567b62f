package dev.penny.internal.core;

import org.graalvm.polyglot.Value;

/**
 * The fork functions of a core instance, for Java and as imports of glue modules; {@code penny.h} says what they do. <b>Threads:</b> the
 * one that runs the worker, inside a dispatch.
 */
public record CoreForks(Value poll, Value alloc, Value push, Value join, Value run, Value release, Value cancel, Value help, Value cancelled) {

    /** @param logged decisions are recorded or replayed, so polls are too */
    static CoreForks of(Value exports, boolean logged) {
        return new CoreForks(exports.getMember(logged ? "penny_log_poll" : "penny_poll"), exports.getMember("penny_fork_alloc"), exports.getMember("penny_fork_push"),
                exports.getMember("penny_join"), exports.getMember("penny_fork_run"), exports.getMember("penny_fork_release"),
                exports.getMember("penny_fork_cancel"), exports.getMember("penny_worker_help"), exports.getMember("penny_cancelled"));
    }

    /** {@code penny_poll}. */
    public int poll(int worker) {
        return poll.execute(worker).asInt();
    }

    /** {@code penny_fork_alloc}; 0 if there is no frame left. */
    public int alloc(int worker, int slot) {
        return alloc.execute(worker, slot).asInt();
    }

    /** {@code penny_fork_push}. */
    public boolean push(int worker, int job) {
        return push.execute(worker, job).asInt() != 0;
    }

    /** {@code penny_join}: a frame state, or 0 for a frame that is not a fork of the running task. */
    public int join(int worker, int job) {
        return join.execute(worker, job).asInt();
    }

    /** {@code penny_fork_run}: a final frame state. */
    public int run(int worker, int job) {
        return run.execute(worker, job).asInt();
    }

    /** {@code penny_fork_release}. */
    public void release(int worker, int job) {
        release.executeVoid(worker, job);
    }

    /** {@code penny_fork_cancel}: true if it will never start. */
    public boolean cancel(int worker, int job) {
        return cancel.execute(worker, job).asInt() != 0;
    }
}
