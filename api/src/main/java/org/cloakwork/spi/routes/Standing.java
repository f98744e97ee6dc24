package org.cloakwork.spi.routes;

/**
 * Whether something that is kept, a mix or a route, is taken for dead: after {@link #LOSSES_AT_FIRST} losses in a row,
 * if nothing was ever known to have come through it, and otherwise after {@link #LOSSES_IN_A_ROW}. Hostile mixes
 * elsewhere on the routes may drop what goes through an honest one, but cannot drop all of it, and so hardly ever so
 * many in a row. A packet whose acknowledgement goes through the same mix counts for two. Not safe for use by several
 * threads.
 */
public final class Standing {

    /** Of what nothing came through yet. */
    public static final int LOSSES_AT_FIRST = 8;
    /** Of what worked. */
    public static final int LOSSES_IN_A_ROW = 64;

    private boolean worked;
    private int lostInARow;

    /** Makes that of something new. */
    public Standing() {
    }

    /** Something came through. */
    public void arrived() {
        worked = true;
        lostInARow = 0;
    }

    /**
     * Something did not come through.
     *
     * @return whether it is taken for dead by that; then what is lost is counted anew
     */
    public boolean lost() {
        boolean dead = ++lostInARow >= (worked ? LOSSES_IN_A_ROW : LOSSES_AT_FIRST);
        if (dead) {
            lostInARow = 0;
        }
        return dead;
    }
}
