package org.cloakwork.client.base;

/** What others say, made fit for states, logs and terminals. */
public final class Texts {

    private static final int MAX_CHARACTERS = 300;

    private Texts() {
    }

    /**
     * @param text from a gateway or a part
     * @return it without what steers a terminal, and not too long
     */
    public static String printable(String text) {
        String clean = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return clean.length() <= MAX_CHARACTERS ? clean : clean.substring(0, MAX_CHARACTERS) + "...";
    }
}
