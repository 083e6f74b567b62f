/* ring.pml - the ring of src/ring.c and its place in sleep and wake-up (src/policy.c, src/idle.c), for all interleavings.
 *
 * R slots of one cell; worker i sees slot (i + epoch) mod R. Workers look at their slot, else turn the ring as far as the next
 * frame and take it, else sleep. A worker that took a frame runs it for ever (-DYIELD: it puts the first one back once and
 * then runs for ever what it takes next), so each frame needs a worker of its own. One placer puts frames into slots and wakes
 * a sleeper for each; a timer turns the ring twice. When nothing can move any more every frame has been taken, once.
 * All accesses are seq_cst or single read-modify-writes in C, so interleaving is the whole memory model.
 * -DMUTANT_RECHECK: the look before sleep forgets the ring. -DMUTANT_TAKE: a cell is read and then emptied in two steps.
 * -DMUTANT_PUT: a cell is filled without looking. -DMUTANT_WAKE: nobody is woken. All must fail. */
#define WORKERS 2
#define R 4
#define FRAMES 2

byte cell[R];      /* 0: empty, else frame + 1 */
byte epoch;        /* mod R: nothing else is ever used of it */
bool asleep[WORKERS];
byte taken[FRAMES];
bool gone[WORKERS];
byte finished;

#define SLOT(worker) ((worker + epoch) % R)
#define ANYTHING (cell[0] != 0 || cell[1] != 0 || cell[2] != 0 || cell[3] != 0)

inline put(where, frame, done) {
#ifdef MUTANT_PUT
    cell[where] = frame + 1;
    done = true
#else
    atomic { /* CAS from 0 */
        if
        :: cell[where] == 0 -> cell[where] = frame + 1; done = true
        :: else -> done = false
        fi
    }
#endif
}

inline take(where, found) {
#ifdef MUTANT_TAKE
    found = cell[where];
    if
    :: found != 0 -> cell[where] = 0
    :: else -> skip
    fi
#else
    atomic { found = cell[where]; cell[where] = 0 } /* exchange */
#endif
}

inline wake(w) {
    w = 0;
    do
    :: w < WORKERS ->
        atomic { /* the load of the mask and fetch_and */
            if
            :: asleep[w] -> asleep[w] = false; break
            :: else -> skip
            fi
        }
        w++
    :: else -> break
    od
}

proctype Worker(byte me) {
    byte seen, at, found, ahead, w;
    bool done;
#ifdef YIELD
    bool yielded = false;
#endif
    do
    :: true ->
        seen = epoch;
        at = (me + seen) % R;
        take(at, found);
        if
        :: found == 0 ->
            ahead = 1; /* look for the next frame, slot by slot */
            do
            :: ahead < R && cell[(me + seen + ahead) % R] == 0 -> ahead++
            :: else -> break
            od;
            if
            :: ahead < R ->
                atomic { /* CAS of the epoch */
                    if
                    :: epoch == seen -> epoch = (seen + ahead) % R; done = true
                    :: else -> done = false
                    fi
                }
                if
                :: done -> at = (me + seen + ahead) % R; take(at, found)
                :: else -> skip
                fi
            :: else -> skip
            fi
        :: else -> skip
        fi;
        if
        :: found != 0 ->
#ifdef YIELD
            if
            :: !yielded ->
                yielded = true;
                put(at, found - 1, done);
                if
                :: done -> found = 0 /* and it looks again before it can sleep */
                :: else -> skip      /* no room: it goes on with it */
                fi
            :: else -> skip
            fi;
            if
            :: found == 0 -> skip
            :: else -> goto runs
            fi
#else
            goto runs
#endif
        :: else ->
            asleep[me] = true;
#ifdef MUTANT_RECHECK
            !asleep[me]
#else
            if
            :: ANYTHING -> asleep[me] = false
            :: else -> !asleep[me]
            fi
#endif
        fi
    od;
runs:
    taken[found - 1]++;
    gone[me] = true;
    finished++;
    /* It runs for ever. What else is there is somebody else's: it was woken for that, or is awake. */
    if
    :: ANYTHING -> wake(w)
    :: else -> skip
    fi
}

proctype Placer() {
    byte frame, w, at;
    bool done;
    frame = 0;
    do
    :: frame < FRAMES ->
        at = epoch % R; /* the slot that a worker beside us sees */
        put(at, frame, done);
        if
        :: done ->
            frame++;
#ifndef MUTANT_WAKE
            wake(w)
#endif
        :: else -> skip /* full: again, as the pusher of a full queue does */
        fi
    :: else -> break
    od
}

proctype Timer() {
    byte turns, seen;
    turns = 0;
    do
    :: turns < 2 ->
        seen = epoch;
        atomic {
            if
            :: epoch == seen -> epoch = (seen + 1) % R
            :: else -> skip
            fi
        }
        turns++
    :: else -> break
    od
}

proctype Monitor() {
    timeout;
    assert(taken[0] == 1 && taken[1] == 1)
}

init {
    atomic {
        run Worker(0);
        run Worker(1);
        run Placer();
        run Timer();
        run Monitor()
    }
}
