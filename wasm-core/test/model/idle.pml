/* idle.pml - sleep and wake-up of src/idle.c and src/find.c, for all interleavings.
 *
 * Two workers take frames from one queue and sleep when they find none; two pushers push a frame each. A worker that took
 * a frame runs it for ever, so each of the two frames needs a worker of its own. When nothing can move any more, both
 * frames must have been taken. The queue is an injector: a position is taken first and published later, so the frame
 * behind an unpublished one cannot be seen yet. All accesses are seq_cst in C, so interleaving is the whole memory model.
 * -DMAIL: worker 0 has a mailbox as well, with a sender that wakes worker 0 only. Mail is done at once. When nothing can
 * move any more, it has been done, or worker 0 runs its frame.
 * -DMUTANT_RECHECK: sleep without the second look. -DMUTANT_ORDER: look first, announce afterwards.
 * -DMUTANT_PASS: a wake-up is not passed on. -DMUTANT_MAIL (with -DMAIL): the second look forgets the mailbox.
 * -DMUTANT_WAKE (with -DMAIL): the sender wakes another worker. All must fail. */
#define WORKERS 2
#ifdef MAIL
#define PUSHERS 1 /* a worker without a frame must do its mail */
#else
#define PUSHERS 2
#endif

byte head, tail;
bool published[PUSHERS];
bool asleep[WORKERS]; /* the sleeper mask */
byte taken;
bool mail;
bool busy[WORKERS];

#define VISIBLE (head < PUSHERS && published[head])
#define HAS_MAIL(worker) (mail && worker == 0)
#ifdef MUTANT_MAIL
#define SOMETHING(worker) VISIBLE
#else
#define SOMETHING(worker) (VISIBLE || HAS_MAIL(worker))
#endif

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
            if
            :: HAS_MAIL(me) -> mail = false
            :: else -> skip
            fi
        }
        atomic {
            found = VISIBLE;
            if
            :: found -> head++; taken++; busy[me] = true
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
        :: SOMETHING(me) -> skip
        :: else -> asleep[me] = true; !asleep[me]
        fi
#else
        asleep[me] = true;
#ifdef MUTANT_RECHECK
        !asleep[me]
#else
        if
        :: SOMETHING(me) -> asleep[me] = false
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

proctype Sender() {
    mail = true;
#ifdef MUTANT_WAKE
    asleep[1] = false
#else
    if
    :: asleep[0] -> atomic { asleep[0] = false } /* fetch_and; whether it found the bit or not, it is gone */
    :: else -> skip
    fi
#endif
}

proctype Monitor() {
    timeout;
    assert(taken == PUSHERS);
    assert(!mail || busy[0])
}

init {
    byte i;
    atomic {
        for (i : 0 .. WORKERS - 1) { run Worker(i) }
        for (i : 1 .. PUSHERS) { run Pusher() }
#ifdef MAIL
        run Sender();
#endif
        run Monitor()
    }
}
