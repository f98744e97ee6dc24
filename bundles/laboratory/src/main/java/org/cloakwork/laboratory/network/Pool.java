package org.cloakwork.laboratory.network;

/**
 * What somebody who sees all links knows of a mix whose delays are exponential: any of the packets within is as
 * likely as the others to be the next one that leaves, however long it has been there. Carries for each of several
 * questions how likely the packet that is asked for is among them. Not safe for use by several threads.
 */
public final class Pool {

    private int packets;
    /** Null as long as nothing that is asked for can be within. */
    private double[] within;

    /** @param likely for each question, that it is this packet; null: it is not. Not changed, and kept by nobody */
    public void enters(double[] likely) {
        packets++;
        if (likely != null) {
            if (within == null) {
                within = new double[likely.length];
            }
            for (int i = 0; i < likely.length; i++) {
                within[i] += likely[i];
            }
        }
    }

    /** {@return for each question, how likely it is the packet that leaves now; null: it cannot be} */
    public double[] leaves() {
        double[] likely = null;
        if (within != null) {
            likely = new double[within.length];
            for (int i = 0; i < likely.length; i++) {
                likely[i] = within[i] / packets;
                within[i] -= likely[i];
            }
        }
        packets--;
        if (packets == 0) {
            within = null;
        }
        return likely;
    }

    /**
     * @param likely a probability
     * @return its share of an entropy, in bits
     */
    public static double bits(double likely) {
        return likely > 0 ? -likely * Math.log(likely) / Math.log(2) : 0;
    }
}
