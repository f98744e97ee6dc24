package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloakwork.laboratory.measure.Estimate;

/**
 * Which routes part is the default: the one that leaves the smallest probability of being traced at all shares that
 * were asked for, unless it loses too much otherwise (docs/decisions). What others recognise is not measured here:
 * parts refuse such settings.
 */
final class Decision {

    private static final double MOST_BITS_LOST = 1;
    private static final double MOST_SLOWER = 1.1;
    private static final double LEAST_DELIVERED = 0.999;
    private static final double MOST_FOUND = 1.1;

    private Decision() {
    }

    /**
     * What is known of a part.
     *
     * @param name      of it
     * @param traced    at each share
     * @param bits      against somebody who sees all links, median
     * @param p95       seconds under way
     * @param delivered with 3 % of the mixes dead
     * @param found     by who compares times at both gateways: share of those who talk
     */
    record Candidate(String name, List<Double> traced, double bits, double p95, double delivered, Estimate found) {

        private double sum() {
            return traced.stream().mapToDouble(share -> share).sum();
        }

        /** {@return what forbids it, beside the present default} */
        private List<String> against(Candidate present) {
            List<String> against = new ArrayList<>();
            if (present.bits - bits > MOST_BITS_LOST) {
                against.add(String.format(Locale.ROOT, "loses %.2f bit against who sees all links",
                        present.bits - bits));
            }
            if (p95 > MOST_SLOWER * present.p95) {
                against.add(String.format(Locale.ROOT, "p95 is %.0f %% longer", 100 * (p95 / present.p95 - 1)));
            }
            if (delivered < LEAST_DELIVERED) {
                against.add(String.format(Locale.ROOT, "delivers %.2f %% with 3 %% dead mixes", 100 * delivered));
            }
            // Beyond chance: parts change these times little, and the test tells little of them.
            if (found.value() > MOST_FOUND * present.found.value() && !found.meets(present.found)) {
                against.add(String.format(Locale.ROOT, "is found by who sees both gateways in %.3f of the cases, not "
                        + "%.3f", found.value(), present.found.value()));
            }
            return against;
        }
    }

    /** @param around of all of them, after a comma; empty if nothing else was tried */
    static String text(String around, List<Candidate> candidates) {
        Optional<Candidate> uniform = candidates.stream().filter(one -> one.name.equals("uniform")).findFirst();
        if (uniform.isEmpty()) {
            return "";
        }
        StringBuilder text =
                new StringBuilder("\nThe default by the rule of decision 27 (least traced, if nothing else becomes "
                        + "much worse than with uniform)" + around + "\n");
        List<Candidate> best = candidates.stream().sorted(Comparator.comparingDouble(Candidate::sum)).toList();
        Optional<Candidate> chosen = Optional.empty();
        for (Candidate one : best) {
            List<String> against = one.against(uniform.get());
            boolean isChosen = chosen.isEmpty() && against.isEmpty();
            text.append(String.format(Locale.ROOT, "  %-8s %s: traced %s%s\n", isChosen ? "CHOSEN" : against.isEmpty()
                    ? "" : "no",
                    one.name, one.traced.stream().map(share -> String.format(Locale.ROOT, "%.3f", share))
                            .collect(Collectors.joining(", ")), against.isEmpty() ? "" : "; " + String.join(", ",
                            against)));
            chosen = isChosen ? Optional.of(one) : chosen;
        }
        return text.toString();
    }
}
