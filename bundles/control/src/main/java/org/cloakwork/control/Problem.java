package org.cloakwork.control;

/**
 * What is wrong with a configuration.
 *
 * @param file where it is said
 * @param text key, value and what is allowed instead
 */
record Problem(String file, String text) {

    static Problem wrong(String file, String key, String fault, String allowed) {
        return new Problem(file, key + ": " + fault + "; allowed is " + allowed);
    }

    @Override
    public String toString() {
        return file + ": " + text;
    }
}
