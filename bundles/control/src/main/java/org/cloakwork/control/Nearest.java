package org.cloakwork.control;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody meant who wrote something else. */
final class Nearest {

    private static final int MOST_SLIPS = 3;

    private Nearest() {
    }

    /** {@return the word that is at most three slips away, fewer in short words} */
    static Optional<String> of(String written, Collection<String> words) {
        int most = Math.min(MOST_SLIPS, Math.max(1, written.length() / 3));
        return words.stream().filter(word -> slips(written, word) <= most)
                .min(Comparator.comparingInt((String word) -> slips(written, word)).thenComparing(word -> word));
    }

    /** {@return a hint to be put behind what is wrong; empty if nothing is near} */
    static String hint(String written, Collection<String> words) {
        return of(written, words).map(word -> "; did you mean " + word + "?").orElse("");
    }

    /** Letters to be put in, left out or replaced (Levenshtein). */
    private static int slips(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
