/* ring.h - the ring of the policies merry-go-round and hybrid: slots that own frames, and an epoch that turns it.
 *
 * Overview
 *   ring_slots slots (R, a power of two) of ring_slot_capacity cells (c). At epoch e worker i sees a window of ring_window
 *   slots (w): slots ((i + e) * w + j) mod R for j < w. Turning the ring is adding to the epoch word: no frame moves, every
 *   worker sees other slots. While n * w <= R no two of n workers see the same slot.
 *   A worker reads the epoch once per round, between two dispatches, and takes frames only from the window of that epoch (or
 *   from its home slot, see policy.h). A frame that goes on comes back to the slot that it was taken from.
 *
 * Who turns it
 *   A timer of the host; in stepped mode every ring_turn_steps steps of a worker; and a worker that finds its window empty
 *   while another slot is not: it turns the ring as far as that slot and takes the frame in the same round.
 *
 * Barrier (RING_FLAG_BARRIER)
 *   The timer and idle workers only ask for a turn (turn_asked). Each worker that looks then says that it has arrived and takes
 *   nothing until the epoch has changed; the last one changes it. Whoever sleeps, or waits inside a task, counts as arrived.
 *   One worker in a long task stops all others: that is what it is for (docs/policies.md).
 *
 * Who may call
 *   The workers.
 *
 * Invariants
 *   A frame is in one cell, or a worker has it. Cells are emptied by one exchange and filled by one CAS.
 *   A frame in a cell is taken after at most c takes from its slot: each take starts one cell further on.
 *   Without the barrier everything here is lock-free: no worker waits for another one's next step.
 *
 * Memory order
 *   The CAS that fills a cell is seq_cst: it publishes the frame, and comes before the load of the sleeper mask (idle.h). The
 *   epoch publishes nothing: relaxed. Barrier: arrived against turn_asked and epoch, all seq_cst.
 */
#ifndef PN_RING_H
#define PN_RING_H

#include "check.h"
#include "layout.h"

/* The slot `offset` of the window of a worker at an epoch. */
uint32_t pn_ring_slot_of(uint32_t worker, uint32_t epoch, uint32_t offset);

/* Into a cell of the slot; 0 when all are taken. Publishes the frame, wakes nobody. */
uint32_t pn_ring_put(uint32_t slot, pn_ref frame);

/* A frame, or 0. pre: the slot is in the worker's window of worker.ring_epoch, or its home slot. */
pn_ref pn_ring_take(pn_worker *worker, uint32_t slot);

/* Whether the slot is in the worker's window of worker.ring_epoch, or its home slot. */
uint32_t pn_ring_sees(const pn_worker *worker, uint32_t slot);

/* Part of the re-check before sleep: pairs with pn_ring_put. */
uint32_t pn_ring_slot_has_work(uint32_t slot);
uint32_t pn_ring_has_work(void);

/* Starts a round: reads the epoch into worker.ring_epoch. Returns 0 when the worker must not take anything, because a turn is
 * due and others have not arrived (barrier only). */
uint32_t pn_ring_look(pn_worker *worker);

/* Whether a range must go back into the ring: it was turned, or with the barrier will be. */
uint32_t pn_ring_has_turned(const pn_worker *worker);

/* From the worker's window at worker.ring_epoch. */
pn_ref pn_ring_take_from_window(pn_worker *worker);
/* Into it; 0 when it is full. */
uint32_t pn_ring_put_into_window(pn_worker *worker, pn_ref frame);
uint32_t pn_ring_window_has_work(const pn_worker *worker);

/* For a worker whose window is empty: turns the ring to the next slot that has a frame, and takes it. 0: there is none, or it
 * is gone, or (barrier) the turn is only asked for. */
pn_ref pn_ring_seek(pn_worker *worker);

/* Stepped mode: counts a step, and turns the ring when it is time. */
void pn_ring_step(pn_worker *worker);

#endif
