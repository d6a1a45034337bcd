/* The small backup protocol (examples/small_backup.py) with all VMs in one process:  spin -a -DN=4 flat.pml

   Where the process stands is the phase of the host, so that in each phase only what may happen there is tried. The fields of
   the VMs are bits, which SPIN packs. Steps of a VM of which only one is possible at a time share an option, so that fewer are
   tried. Each step asserts what it might break. Every choice of starts is one step, from a state before all others. */

#define OFF 0
#define RUNNING 1
#define PAUSED 2
#define SAVED 3

#define IDLE 0
#define PREPARING 1
#define FROZEN 2
#define SNAPSHOTTED 3
#define FAILED 4

#define NONE 0
#define READY 1
#define GOOD 2
#define BAD 3

#define FIELDS(i) \
  unsigned prior##i : 2; bit eligible##i; unsigned power##i : 2; unsigned guest##i : 3; unsigned result##i : 2; \
  bit recoverable##i;

#define DEALT_WITH(i) (result##i == READY || result##i == BAD)
#define IS_READY(i) (result##i == READY)
#define IS_GOOD(i) (result##i == GOOD)
#define IS_BAD(i) (result##i == BAD)
#define NOT_GOOD(i) (result##i != GOOD)
#define AS_BEFORE(i) (power##i == prior##i && guest##i == IDLE)
#define CLEAN(i) (AS_BEFORE(i) && IS_BAD(i))
#define ASLEEP(i) (prior##i == OFF || prior##i == SAVED)
#define RECOVERABLE(i) (!eligible##i || recoverable##i)

#if N < 1 || N > 7
#error "N is the number of VMs, from 1 to 7"
#endif
#define EACH_1(M) M(0)
#define EACH_2(M) EACH_1(M) M(1)
#define EACH_3(M) EACH_2(M) M(2)
#define EACH_4(M) EACH_3(M) M(3)
#define EACH_5(M) EACH_4(M) M(4)
#define EACH_6(M) EACH_5(M) M(5)
#define EACH_7(M) EACH_6(M) M(6)
#define EVERY_1(M) M(0)
#define EVERY_2(M) EVERY_1(M) && M(1)
#define EVERY_3(M) EVERY_2(M) && M(2)
#define EVERY_4(M) EVERY_3(M) && M(3)
#define EVERY_5(M) EVERY_4(M) && M(4)
#define EVERY_6(M) EVERY_5(M) && M(5)
#define EVERY_7(M) EVERY_6(M) && M(6)
#define JOINED(A, B) A##B
#define FOR(A, B) JOINED(A, B)
#define EACH(M) FOR(EACH_, N)(M)
#define EVERY(M) (FOR(EVERY_, N)(M))

EACH(FIELDS)

#define NOT_YET(i) assert(NOT_GOOD(i) && (!IS_READY(i) || RECOVERABLE(i)))
#define NONE_GOOD assert(EVERY(NOT_GOOD))

#define START(i) \
  if \
  :: d_step { prior##i = OFF; power##i = OFF } \
  :: d_step { prior##i = RUNNING; power##i = RUNNING } \
  :: d_step { prior##i = RUNNING; power##i = RUNNING; eligible##i = 1 } \
  :: d_step { prior##i = PAUSED; power##i = PAUSED } \
  :: d_step { prior##i = SAVED; power##i = SAVED } \
  fi;

#define PREPARE(i) \
  :: d_step { result##i == NONE && !eligible##i -> \
      power##i = (prior##i == OFF -> OFF : SAVED); result##i = READY; NOT_YET(i) } \
  :: d_step { result##i == NONE && !eligible##i && !ASLEEP(i) -> result##i = BAD; NOT_YET(i) } \
  :: d_step { result##i == NONE && eligible##i && guest##i < SNAPSHOTTED -> \
      recoverable##i = (guest##i == FROZEN); guest##i = guest##i + 1 } \
  :: d_step { result##i == NONE && guest##i == FROZEN -> guest##i = SNAPSHOTTED } \
  :: d_step { result##i == NONE && (guest##i == PREPARING || guest##i == FROZEN) -> guest##i = FAILED } \
  :: d_step { result##i == NONE && guest##i >= SNAPSHOTTED -> \
      result##i = (recoverable##i -> READY : BAD); NOT_YET(i) }

#define GIVE_BACK(i) \
  :: d_step { IS_READY(i) -> power##i = prior##i; guest##i = IDLE; result##i = GOOD; assert(RECOVERABLE(i)) }

#define UNDO(i) \
  :: d_step { !CLEAN(i) -> power##i = prior##i; guest##i = IDLE; result##i = BAD; recoverable##i = 0; NOT_YET(i) }

active proctype backup() {
  atomic { EACH(START) }

idle:
  if
  :: d_step { true -> NONE_GOOD }
  fi;

preparing_backup:
  if
  :: d_step { true -> NONE_GOOD }
  :: d_step { true -> NONE_GOOD }; goto aborting
  fi;

preparing_snapshot:
  do
  EACH(PREPARE)
  :: d_step { EVERY(IS_READY) -> NONE_GOOD }; break
  :: d_step { EVERY(DEALT_WITH) && !EVERY(IS_READY) -> NONE_GOOD }; goto aborting
  od;

freezing:
  if
  :: d_step { true -> NONE_GOOD }
  :: d_step { true -> NONE_GOOD }; goto aborting
  fi;

thawing:
  if
  :: true
  :: d_step { true -> NONE_GOOD }; goto aborting
  fi;

giving_back:
  do
  EACH(GIVE_BACK)
  :: d_step { EVERY(IS_GOOD) -> assert(EVERY(IS_GOOD) && EVERY(AS_BEFORE)) }; goto end_done
  od;

aborting:
  do
  EACH(UNDO)
  :: d_step { EVERY(CLEAN) -> assert(EVERY(IS_BAD) && EVERY(AS_BEFORE)) }; break
  od;

end_aborted:
  false;
end_done:
  false
}
