// Chance that a seed repeats.

/** A stream of numbers, 0 <= n < 1 (mulberry32). */
export function random(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    /** A whole number, from <= n < to. */
    between: (from, to) => from + Math.floor(next() * (to - from)),
    pick: (list) => list[Math.floor(next() * list.length)],
  }
}
