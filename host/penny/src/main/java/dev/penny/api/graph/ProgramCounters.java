package dev.penny.api.graph;

/**
 * What happened in a {@link Program} so far.
 *
 * @param issued instructions issued
 * @param retired instructions retired
 * @param failed of these, failed
 * @param skipped of these, not run
 * @param readAfterWrite times an instruction had to wait for one whose result it reads
 * @param writeAfterRead times one had to wait because another still reads what it writes
 * @param writeAfterWrite times one had to wait because another still writes what it writes
 * @param windowWaits times {@code issue} had to wait for the window
 * @param deepest the most instructions that were under way at once
 */
public record ProgramCounters(long issued, long retired, long failed, long skipped, long readAfterWrite, long writeAfterRead,
        long writeAfterWrite, long windowWaits, int deepest) { }
