/* fork.pml - promotion, reclaim, await, leapfrog, failure and resume of src/fork.c, for all interleavings.
 *
 * Two roots. The first forks 1 and 2, child 1 forks 3; the second, which is nobody's relative, forks 5. A fork is private
 * until its worker promotes its oldest one, which it may do or leave at every fork. Promoted jobs lie on deques, which
 * deque.pml has shown to hand out each frame once, so push, pop and a worker's own steal are one step here. A leapfrogger's
 * steal is not: it reads the victim, the indices and the slot, looks at its child again, and only then tries its CAS.
 * Frames are few and are used again at once, so a thief may read the `waiter` of the next job of the same frame.
 * A parked waiter has no timer: a lost wake-up is a state in which nothing moves. All accesses are seq_cst in C.
 *
 *   -DWORKERS=n      1 to 3 workers
 *   -DOUT_OF_ORDER   every fork is promoted and the oldest child is joined first
 *   -DPHASES=1       a job joins each child before it forks the next, so that frames are used again while others wait
 *   -DFAIL           job 0 or job 1 traps after its forks
 *   -DBLOCK          job 1 waits for the host the first time it is called
 *
 * -DMUTANT_*, which all must fail:
 *   STEAL       a leapfrogger takes without CAS                        RECHECK  it does not look at its child again
 *   NOT_FINAL   it looks only whether the child has ended              FINISH   the end looks for a waiter first
 *   WAITER      the waiter looks at the state first                    LATE     the end clears `waiter` afterwards
 *   READY       a waiter takes a frame that its thief did not claim    HELD     a frame popped out of order is dropped
 *   SCOPE       a dying job leaves its stolen children behind          RECLAIM  a joiner never looks into its own deque
 *   RESUME      a resumed child does not wake its joiner               TWICE    join releases what the trap released
 *   ORDER       a waiter reads the state before SUSPENDED              EARLY    join returns before the child has ended */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef PHASES
#define PHASES 0
#endif
#define JOBS 6
#if WORKERS == 3
#define ROOTS 1 /* what the second root shows, two workers show */
#else
#define ROOTS 2
#endif
#define SHARE 2
#define FRAMES (WORKERS * SHARE)
#define CAPACITY 4
#define NONE 255

#define FREE 1
#define READY 2
#define RUNNING 3
#define BLOCKED 4
#define DONE 5
#define FAILED 6
#define CANCELLED 7
#define FINAL(s) ((s) >= DONE && (s) <= CANCELLED)

byte state[FRAMES] = FREE;
bool waiter[FRAMES];
bool suspended[FRAMES]; /* the thief has left the frame after WAIT: READY means resumed from now on */
byte thief[FRAMES];
byte job[FRAMES];
bool held[FRAMES];

byte top[WORKERS], bottom[WORKERS], ring[WORKERS * CAPACITY];
bool permit[WORKERS];

byte private[WORKERS * JOBS]; /* the guest's job stack, oldest first */
byte first[WORKERS], last[WORKERS];

byte frame_of[JOBS] = NONE;
byte began[JOBS];
bool ended[JOBS], waited[JOBS];
byte roots_taken, roots_ended;

#define ROOT(r) ((r) * 4)
#define KID(j, k) ((j) == 0 -> (k) + 1 : ((j) == 1 -> 3 : 5))
#define KIDS(j) ((j) == 0 -> 2 : ((j) == 1 || (j) == 4 -> 1 : 0))
#define DESCENDS(j, from) ((j) == (from) || (from) == 0 && (j) < 4 || (from) == 1 && (j) == 3 || (from) == 4 && (j) == 5)
#define OWNER(f) ((f) / SHARE)
#define SLOT(w, i) ring[(w) * CAPACITY + (i) % CAPACITY]
#define LIVES(j) (began[j] > 0 && !ended[j])
#define BLOCKS(j) ((j) == 1)

/* The inlines below work on the locals of their caller: w the worker, c the child, f its frame, v the victim, t its top,
 * g a frame that was taken, j a job. */
inline unpark(worker) { permit[worker] = true }

/* pre: the frame's job ended, or never began. */
inline release() {
    d_step {
        assert(state[f] != FREE);
        assert(!LIVES(job[f]));
        frame_of[job[f]] = NONE;
        state[f] = FREE;
    }
}

inline pop() { /* sets g */
    d_step {
        if
        :: top[w] == bottom[w] -> g = NONE
        :: else ->
            g = SLOT(w, bottom[w] - 1);
            if
            :: top[w] + 1 == bottom[w] -> top[w]++ /* the last one goes by CAS on top */
            :: else -> bottom[w]--
            fi
        fi
    }
}

/* Makes the oldest private job of the worker a frame. A shortage of frames leaves it private. */
inline promote() { /* sets f */
    d_step {
        f = w * SHARE;
        do
        :: f < (w + 1) * SHARE && state[f] != FREE -> f++
        :: else -> break
        od;
        if
        :: f < (w + 1) * SHARE ->
            job[f] = private[w * JOBS + first[w]];
            waiter[f] = false;
            suspended[f] = false;
            held[f] = false;
            state[f] = READY
        :: else -> f = NONE
        fi
    }
    if
    :: f != NONE ->
        d_step {
            SLOT(w, bottom[w]) = f;
            bottom[w]++;
            frame_of[job[f]] = f;
            first[w]++
        }
    :: else -> skip
    fi
}

inline finish(f, to) {
#ifdef MUTANT_FINISH
    if
    :: waiter[f] -> state[f] = to; unpark(OWNER(f))
    :: else -> state[f] = to
    fi
#else
    state[f] = to;
    if
    :: waiter[f] -> unpark(OWNER(f))
    :: else -> skip
    fi;
#ifdef MUTANT_LATE
    waiter[f] = false
#endif
#endif
}

/* Runs the frame that worker w took from a deque, or resumed, and finishes it. */
inline dispatch(x) { /* sets j */
    d_step {
        j = job[x];
        thief[x] = w
    }
#ifdef MUTANT_READY
    if
    :: state[x] == READY ->
        state[x] = RUNNING;
#else
    d_step {
        assert(state[x] == READY);
        state[x] = RUNNING
    }
#endif
#ifdef BLOCK
    if
    :: BLOCKS(j) && !waited[j] ->
        waited[j] = true; /* the host has the task from here on */
        d_step {
            if
            :: state[x] == RUNNING -> state[x] = BLOCKED
            :: else -> assert(state[x] == READY) /* resumed already */
            fi
        }
        atomic {
            suspended[x] = true; /* one RMW with the look at the waiter */
            if
            :: waiter[x] -> unpark(OWNER(x))
            :: else -> skip
            fi
        }
    :: else ->
        run Job(w, j);
        (ended[j]);
        finish(x, DONE)
    fi
#else
    run Job(w, j);
#ifndef MUTANT_EARLY
    (ended[j]);
#endif
    finish(x, DONE)
#endif
#ifdef MUTANT_READY
    :: else -> skip /* the joiner has it */
    fi
#endif
}

/* One try to take the oldest frame of the victim while f runs there. */
inline leapfrog() { /* sets g */
    d_step {
        v = thief[f];
        t = top[v]
    }
    g = (t < bottom[v] -> SLOT(v, t) : NONE);
    if
    :: g == NONE -> skip
    :: else ->
#ifndef MUTANT_RECHECK
#ifdef MUTANT_NOT_FINAL
        if
        :: FINAL(state[f]) -> g = NONE
        :: else -> skip
        fi;
#else
        if
        :: state[f] != RUNNING -> g = NONE
        :: else -> skip
        fi;
#endif
#endif
        d_step {
#ifdef MUTANT_STEAL
            if
            :: g != NONE -> top[v] = t + 1
            :: else -> skip
            fi
#else
            if
            :: g != NONE && top[v] == t -> top[v]++
            :: else -> g = NONE
            fi
#endif
        }
    fi
}

/* Waits until the stolen frame f has ended; runs nothing but descendants of its job. */
inline await() {
    assert(top[w] == bottom[w]); /* older frames were stolen first, newer ones were joined or are held */
    do
    :: FINAL(state[f]) -> break
#ifdef BLOCK
#ifdef MUTANT_ORDER
    :: state[f] == READY ->
        if
        :: suspended[f] -> dispatch(f)
        :: else -> skip
        fi
#else
    :: suspended[f] ->
        if
        :: state[f] == READY -> dispatch(f)
        :: else -> skip
        fi
#endif
#endif
#ifdef MUTANT_READY
    :: state[f] == READY -> dispatch(f)
#endif
#ifdef MUTANT_NOT_FINAL
    :: !FINAL(state[f]) ->
#else
    :: state[f] == RUNNING ->
#endif
        leapfrog();
        if
        :: g != NONE ->
            assert(DESCENDS(job[g], c));
            dispatch(g)
        :: else -> skip
        fi
    :: !FINAL(state[f]) && !(suspended[f] && state[f] == READY) ->
#ifdef MUTANT_WAITER
        waiter[f] = true;
        (permit[w]) -> permit[w] = false
#else
        waiter[f] = true;
        if
        :: FINAL(state[f]) || suspended[f] && state[f] == READY -> skip
        :: else -> (permit[w]) -> permit[w] = false
        fi
#endif
    od
}

/* Empties the own deque down to f: 1 in g when f came back un-started. */
inline reclaim() { /* sets g */
    if
    :: held[f] -> held[f] = false; g = f
    :: else ->
#ifdef MUTANT_RECLAIM
        g = NONE
#else
        do
        :: pop();
            if
            :: g == f || g == NONE -> break
#ifdef MUTANT_HELD
            :: else -> skip
#else
            :: else -> held[g] = true
#endif
            fi
        od
#endif
    fi
}

inline join() {
    f = frame_of[c];
    if
    :: f == NONE -> /* still private: the newest of the job stack */
        d_step {
            assert(last[w] > first[w] && private[w * JOBS + last[w] - 1] == c);
            last[w]--
        }
        run Job(w, c);
        (ended[c])
    :: else ->
        reclaim();
        if
        :: g == f ->
            d_step { assert(state[f] == READY); state[f] = RUNNING }
            run Job(w, c);
            (ended[c])
        :: else ->
            await();
#ifndef MUTANT_EARLY
            assert(ended[c])
#endif
        fi;
        assert(!LIVES(c)); /* a join returns after its child */
        release()
    fi
}

/* The job trapped: what has not begun never begins, what was stolen ends first. */
inline abandon() {
    f = frame_of[c];
    if
    :: f == NONE -> last[w]--
    :: else ->
        reclaim();
        if
        :: g == f -> state[f] = CANCELLED
        :: else ->
#ifndef MUTANT_SCOPE
            await()
#endif
        fi;
        release();
#ifdef MUTANT_TWICE
        release()
#endif
    fi
}

proctype Job(byte w; byte me) {
    byte n, k, c, f, v, t, g, j; /* n forks so far, k of them to be joined */
    bool trapped;
    d_step {
        began[me]++;
        assert(began[me] == 1)
    }
again:
    do
    :: n < KIDS(me) && (k == 0 || !PHASES) ->
        d_step {
            private[w * JOBS + last[w]] = KID(me, n);
            last[w]++;
            n++;
            k++
        }
        /* a poll: the beat came, or it did not */
        if
        :: first[w] < last[w] -> promote()
#ifndef OUT_OF_ORDER
        :: skip
#endif
        fi
    :: else -> break
    od;
#ifdef FAIL
    if
    :: KIDS(me) > 0 && me < 4 -> trapped = true
    :: skip
    fi;
#endif
    do
    :: k > 0 && !trapped ->
        k--;
#ifdef OUT_OF_ORDER
        c = KID(me, n - 1 - k);
#else
        c = KID(me, (PHASES -> n - 1 : k));
#endif
        join()
#ifdef FAIL
    :: k > 0 && trapped ->
        k--;
        c = KID(me, (PHASES -> n - 1 : k));
        abandon()
#endif
    :: k == 0 -> break
    od;
    if
    :: n < KIDS(me) && !trapped -> goto again
    :: else -> skip
    fi;
    k = 0;
    atomic {
        do
        :: k < KIDS(me) -> assert(!LIVES(KID(me, k))); k++ /* every child ends before its scope */
        :: else -> break
        od;
        ended[me] = true
    }
}

#define STEALABLE(v) (WORKERS > v && v != w && top[v % WORKERS] < bottom[v % WORKERS])

/* The first root goes to worker 0: workers are alike. */
proctype Worker(byte w) {
    byte g, j;
    do
    :: atomic { roots_taken < ROOTS && (roots_taken > 0 || w == 0) -> j = ROOT(roots_taken); roots_taken++ }
        run Job(w, j);
        (ended[j]);
        roots_ended++
    :: atomic { STEALABLE(0) -> g = SLOT(0, top[0]); top[0]++ }
        dispatch(g)
#if WORKERS > 1
    :: atomic { STEALABLE(1) -> g = SLOT(1, top[1]); top[1]++ }
        dispatch(g)
#endif
#if WORKERS > 2
    :: atomic { STEALABLE(2) -> g = SLOT(2, top[2]); top[2]++ }
        dispatch(g)
#endif
    :: roots_ended == ROOTS -> break
    od;
    assert(top[w] == bottom[w] && first[w] == last[w])
}

#ifdef BLOCK
/* The task that job 1 waits for ends at any time after it was handed over. */
proctype Host() {
    byte f;
    if
    :: waited[1] -> skip
    :: roots_ended == ROOTS -> goto out
    fi;
    f = frame_of[1];
    d_step {
        assert(state[f] == RUNNING || state[f] == BLOCKED);
        state[f] = READY
    }
#ifndef MUTANT_RESUME
    if
    :: waiter[f] -> unpark(OWNER(f))
    :: else -> skip
    fi;
#endif
out:
    skip
}
#endif

proctype Monitor() {
    byte f;
    timeout; /* nothing moves any more, so nobody may wait */
    assert(roots_ended == ROOTS);
    f = 0;
    atomic {
        do
        :: f < FRAMES -> assert(state[f] == FREE); f++
        :: else -> break
        od;
#ifndef FAIL
        f = 0;
        do
        :: f < (ROOTS == 1 -> 4 : JOBS) -> assert(began[f] == 1 && ended[f]); f++
        :: else -> break
        od
#endif
    }
}

init {
    byte w;
    atomic {
        for (w : 0 .. WORKERS - 1) { run Worker(w) }
#ifdef BLOCK
        run Host();
#endif
        run Monitor()
    }
}
