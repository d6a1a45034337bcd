/* The small backup protocol (examples/small_backup.py) with one process a VM:  spin -a -DN=4 processes.pml

   Where a VM stands is what its guest does and what has become of it. Its fields are its own, so that partial-order reduction
   need not interleave what it does by itself. The host never looks into a VM: it counts, and the counts follow from what the
   VMs are in. Each step asserts what it might break. Every choice of starts is one step, from a state before all others. */

#if N < 1 || N > 7
#error "N is the number of VMs, from 1 to 7"
#endif

#define OFF 0
#define RUNNING 1
#define PAUSED 2
#define SAVED 3

#define IDLE 0
#define PREPARING_BACKUP 1
#define PREPARING_SNAPSHOT 2
#define FREEZING 3
#define THAWING 4
#define GIVING_BACK 5
#define DONE 6
#define ABORTING 7
#define ABORTED 8

unsigned phase : 4 = IDLE;
unsigned pending : 3 = N; /* VMs that are not dealt with yet */
unsigned good : 3 = 0;    /* VMs that are backed up */
unsigned bad : 3 = 0;     /* VMs that are not */
unsigned changed : 3 = 0; /* VMs that are not as they were before: saved by the host, or with something left to do */

#define ASLEEP (prior == OFF || prior == SAVED)
#define RECOVERABLE assert(!eligible || recoverable)
#define NONE_GOOD assert(good == 0)

proctype vm(unsigned prior : 2; bool eligible) {
  unsigned power : 2 = prior;
  bool recoverable = false;

endwaiting:
  if
  :: d_step { phase == PREPARING_SNAPSHOT && !eligible && ASLEEP -> pending--; RECOVERABLE }; goto endready
  :: d_step { phase == PREPARING_SNAPSHOT && !eligible && !ASLEEP ->
      power = SAVED; pending--; changed++; RECOVERABLE }; goto endready
  :: d_step { phase == PREPARING_SNAPSHOT && !eligible && !ASLEEP -> pending--; bad++ }; goto endbad
  :: d_step { phase == PREPARING_SNAPSHOT && eligible -> changed++ }; goto preparing
  :: d_step { phase == ABORTING -> pending--; bad++ }; goto endbad
  fi;

preparing:
  if
  :: true -> goto frozen
  :: true -> goto failed
  fi;

frozen:
  if
  :: recoverable = true
  :: recoverable = false
  :: true -> goto failed
  fi;

  if
  :: d_step { recoverable -> pending--; RECOVERABLE }; goto endready
  :: d_step { !recoverable -> pending--; bad++ }; goto endrefused
  fi;

failed:
  if
  :: d_step { true -> pending--; bad++ }
  fi;
endunable:
  if
  :: d_step { phase == ABORTING -> changed-- }; goto endbad
  fi;

endrefused:
  if
  :: d_step { phase == ABORTING -> changed-- }; goto endbad
  fi;

endready:
  if
  :: d_step { phase == GIVING_BACK ->
      if :: eligible || power != prior -> changed-- :: else fi;
      power = prior; good++; RECOVERABLE }; goto endgood
  :: d_step { phase == ABORTING ->
      if :: eligible || power != prior -> changed-- :: else fi;
      power = prior; recoverable = false; bad++ }
  fi;

endbad:
  false;
endgood:
  false
}

#define START \
  if \
  :: run vm(OFF, false) \
  :: run vm(RUNNING, false) \
  :: run vm(RUNNING, true) \
  :: run vm(PAUSED, false) \
  :: run vm(SAVED, false) \
  fi;
#define START_1 START
#define START_2 START_1 START
#define START_3 START_2 START
#define START_4 START_3 START
#define START_5 START_4 START
#define START_6 START_5 START
#define START_7 START_6 START
#define JOINED(A, B) A##B
#define FOR(A, B) JOINED(A, B)

init {
  atomic { FOR(START_, N) }

  d_step { phase = PREPARING_BACKUP; NONE_GOOD };
  if
  :: d_step { phase = PREPARING_SNAPSHOT; NONE_GOOD }
  :: d_step { phase = ABORTING; NONE_GOOD }; goto endaborting
  fi;
  if
  :: d_step { pending == 0 && bad == 0 -> phase = FREEZING; NONE_GOOD }
  :: d_step { pending == 0 && bad > 0 -> phase = ABORTING; NONE_GOOD }; goto endaborting
  fi;
  if
  :: d_step { phase = THAWING; NONE_GOOD }
  :: d_step { phase = ABORTING; NONE_GOOD }; goto endaborting
  fi;
  if
  :: d_step { phase = GIVING_BACK }
  :: d_step { phase = ABORTING; NONE_GOOD }; goto endaborting
  fi;
  if
  :: d_step { good == N -> phase = DONE; assert(good == N && changed == 0) }; goto enddone
  fi;

endaborting:
  if
  :: d_step { bad == N && changed == 0 -> phase = ABORTED; assert(good == 0 && bad == N && changed == 0) }
  fi;
endaborted:
  false;
enddone:
  false
}
