// Who was here last, by the last word of the house: taken to be here still until the house has said otherwise.

export const userKey = 'threadkeep.user'

/** Null at a first visit. */
export const lastUser = localStorage.getItem(userKey)
