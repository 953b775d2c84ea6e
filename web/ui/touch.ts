// Whether a finger is what presses here: then nothing shows itself under a pointer, and there is no Shift.

export const isTouch = matchMedia('(pointer: coarse) and (hover: none)').matches
