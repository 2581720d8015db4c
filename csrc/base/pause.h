/* A moment's rest of a thread that looks out for what another is about to do. */
#ifndef CORNU_BASE_PAUSE_H
#define CORNU_BASE_PAUSE_H

static inline void cornu_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
