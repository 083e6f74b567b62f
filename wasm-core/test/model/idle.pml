/* idle.pml - sleep and wake-up of src/idle.c and src/find.c, for all interleavings.
 *
 * Two workers take frames from one queue and sleep when they find none; two pushers push a frame each. A worker that took
 * a frame runs it for ever, so each of the two frames needs a worker of its own. When nothing can move any more, both
 * frames must have been taken. The queue is the injector: a position is taken first and published later, so the frame
 * behind an unpublished one cannot be seen yet. All accesses are seq_cst in C, so interleaving is the whole memory model.
 * -DMUTANT_RECHECK: sleep without the second look. -DMUTANT_ORDER: look first, announce afterwards.
 * -DMUTANT_PASS: a wake-up is not passed on. All must fail. */
#define WORKERS 2
#define PUSHERS 2

byte head, tail;
bool published[PUSHERS];
bool asleep[WORKERS]; /* the sleeper mask */
byte taken;

#define VISIBLE (head < PUSHERS && published[head])

inline notify(i) {
    i = 0;
    do
    :: i < WORKERS ->
        if
        :: asleep[i] -> /* the load of the mask */
            atomic { /* fetch_and */
                if
                :: asleep[i] -> asleep[i] = false; break
                :: else -> skip
                fi
            }
        :: else -> skip
        fi;
        i++
    :: else -> break
    od
}

proctype Worker(byte me) {
    byte i;
    bool found;
    do
    :: true ->
        atomic {
            found = VISIBLE;
            if
            :: found -> head++; taken++
            :: else -> skip
            fi
        }
        if
        :: found ->
#ifndef MUTANT_PASS
            if
            :: VISIBLE -> notify(i)
            :: else -> skip
            fi;
#endif
            break
        :: else -> skip
        fi;
#ifdef MUTANT_ORDER
        if
        :: VISIBLE -> skip
        :: else -> asleep[me] = true; !asleep[me]
        fi
#else
        asleep[me] = true;
#ifdef MUTANT_RECHECK
        !asleep[me]
#else
        if
        :: VISIBLE -> asleep[me] = false
        :: else -> !asleep[me] /* the host parks while the bit is set */
        fi
#endif
#endif
    od
}

proctype Pusher() {
    byte i, position;
    atomic { position = tail; tail++ }
    published[position] = true;
    notify(i)
}

proctype Monitor() {
    timeout;
    assert(taken == PUSHERS)
}

init {
    byte i;
    atomic {
        for (i : 0 .. WORKERS - 1) { run Worker(i) }
        for (i : 1 .. PUSHERS) { run Pusher() }
        run Monitor()
    }
}
