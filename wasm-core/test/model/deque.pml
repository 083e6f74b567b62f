/* deque.pml - the last-frame race of src/deque.c, for all interleavings of its atomic operations.
 *
 * Owner: pushes TASKS frames, pops now and then. Two thieves: two steals each. Every frame is taken exactly once.
 * -DMUTANT_STEAL: a thief takes without CAS. -DMUTANT_POP: the owner takes the last frame without CAS. -DMUTANT_ORDER: a
 * pop reads top before its store to bottom is seen, which is what a processor does with anything weaker than seq_cst.
 * All must fail.
 * Indices start at 250 in a byte, so that they wrap. */
#define TASKS 3
#define CAPACITY 4
#define START 250

byte top = START;
byte bottom = START;
byte ring[CAPACITY];
byte taken[TASKS];
byte ended;

/* bottom - top as a signed difference of wrapping bytes */
#define LEFT(b, t) (((b) - (t) + 384) % 256 - 128)

inline take(frame) {
    taken[frame]++;
    assert(taken[frame] == 1);
}

inline push(frame) {
    ring[bottom % CAPACITY] = frame;
    bottom = bottom + 1;
}

inline pop(b, t) {
    if
    :: top == bottom -> skip
    :: else ->
        b = bottom - 1;
#ifdef MUTANT_ORDER
        t = top;
        bottom = b;
#else
        bottom = b;
        t = top;
#endif
        if
        :: LEFT(b, t) > 0 -> take(ring[b % CAPACITY])
        :: LEFT(b, t) == 0 ->
#ifdef MUTANT_POP
            top = t + 1;
            take(ring[b % CAPACITY]);
#else
            atomic {
                if
                :: top == t -> top = t + 1; take(ring[b % CAPACITY])
                :: else -> skip
                fi
            }
#endif
            bottom = b + 1
        :: else -> bottom = b + 1
        fi
    fi
}

proctype Owner() {
    byte b, t, i;
    do
    :: i < TASKS ->
        push(i);
        i++;
        if
        :: pop(b, t)
        :: skip
        fi
    :: else -> break
    od;
    ended++;
}

proctype Thief() {
    byte b, t, frame, i;
    do
    :: i < 2 ->
        i++;
        t = top;
        b = bottom;
        if
        :: LEFT(b, t) > 0 ->
            frame = ring[t % CAPACITY];
#ifdef MUTANT_STEAL
            top = t + 1;
            take(frame);
#else
            atomic {
                if
                :: top == t -> top = t + 1; take(frame)
                :: else -> skip
                fi
            }
#endif
        :: else -> skip
        fi
    :: else -> break
    od;
    ended++;
}

/* Afterwards the owner empties the deque: nothing was lost. */
proctype Drain() {
    byte b, t, i;
    ended == 3;
    do
    :: top != bottom -> pop(b, t)
    :: else -> break
    od;
    do
    :: i < TASKS -> assert(taken[i] == 1); i++
    :: else -> break
    od
}

init {
    atomic {
        run Owner();
        run Thief();
        run Thief();
        run Drain();
    }
}
