package dev.penny.internal.engine;

import dev.penny.api.Policy;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.PipelineBuilder;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tasks that wait for tasks: makes static graphs, programs, pipelines and tasks after others, and has what their nodes share.
 *
 * <p><b>Threads:</b> any.
 */
public final class Graphs {

    private final Scheduler scheduler;
    private final LiveGraphs live;
    /** Above those of host frames, so that a trace tells the two apart. */
    private final AtomicLong tickets = new AtomicLong(1L << 32);
    private volatile LiveTasks liveTasks;

    Graphs(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.live = new LiveGraphs(scheduler);
    }

    /** Starts a graph. */
    public GraphBuilder graph(String name) {
        refuseIfNotRecorded("graph");
        return new GraphDraft(scheduler, name);
    }

    /** Starts a program. */
    public Program program(ProgramOptions options) {
        refuseIfNotRecorded("program");
        return new ProgramRun(scheduler, options);
    }

    /** Starts a pipeline. */
    public PipelineBuilder pipeline(String name) {
        refuseIfNotRecorded("pipeline");
        return new PipelineDraft(scheduler, name);
    }

    /** Tasks that wait for others; made at its first use. */
    public LiveTasks liveTasks() {
        LiveTasks made = liveTasks;
        if (made != null) {
            return made;
        }
        scheduler.checkOpen("after");
        refuseIfNotRecorded("after");
        synchronized (live) {
            if (liveTasks == null) {
                liveTasks = new LiveTasks(scheduler);
            }
            return liveTasks;
        }
    }

    private void refuseIfNotRecorded(String call) {
        if (scheduler.isLogged() && scheduler.policy() != Policy.WORK_STEALING) {
            throw new IllegalStateException("graphs are recorded with work stealing only: call=%s, policy=%s"
                    .formatted(call, scheduler.policy().name()));
        }
    }

    /** The graphs that grow while they run. */
    LiveGraphs live() {
        return live;
    }

    /** Frees a result block that a node has left; an empty result may have none, which is 0. */
    void freeResult(int ref) {
        if (ref == 0) {
            return;
        }
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks != null) {
            forks.worker().freeResult(ref);
        } else if (!scheduler.isClosed() && !scheduler.isBroken()) {
            scheduler.coreModule().freeResult(ref);
        }
    }

    /** The first of so many successive numbers for the nodes of a graph. */
    long nodeTickets(int count) {
        return scheduler.isLogged() ? scheduler.submitter().nodeNames() : tickets.getAndAdd(count);
    }

    /** A number for a node that is added while others run. */
    long liveTicket() {
        return scheduler.isLogged() ? scheduler.submitter().name() : tickets.getAndIncrement();
    }
}
