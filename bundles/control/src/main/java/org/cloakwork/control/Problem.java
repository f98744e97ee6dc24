package org.cloakwork.control;

/**
 * What is wrong with a configuration.
 *
 * @param file where it is said
 * @param line from 1; 0: nowhere in particular
 * @param text key, value and what is allowed instead
 */
record Problem(String file, int line, String text) {

    static Problem wrong(String file, int line, String key, String fault, String allowed) {
        return new Problem(file, line, key + ": " + fault + "; allowed is " + allowed);
    }

    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + text;
    }
}
