package org.cloakwork.laboratory;

import java.util.Locale;
import java.util.Set;

/** How likely at least one route is traced, where there is a formula. */
final class ClosedForm {

    private static final int LAYERS = 3;

    private ClosedForm() {
    }

    /** {@return so many layers fixed, the others drawn anew for each of m routes} */
    static double fixed(double share, int layers, double m) {
        return Math.pow(share, layers) * (1 - Math.pow(1 - Math.pow(share, LAYERS - layers), m));
    }

    /** {@return K of W mixes of each layer, of which some are hostile, all routes between them used} */
    static double subset(int hostile, int width, int kept) {
        double none = 1;
        for (int i = 0; i < kept; i++) {
            none *= (double) (width - hostile - i) / (width - i);
        }
        return Math.pow(1 - none, LAYERS);
    }

    /** {@return as published for K of W, as if its routes shared no mixes} */
    static double published(double share, int kept, double m) {
        return 1 - Math.pow(1 - Math.pow(share, LAYERS), Math.min(m, Math.pow(kept, LAYERS)));
    }

    /** {@return for people; empty if there is no formula, or not for several epochs} */
    static String of(Variant variant, int hostile, int width, double routes, double hours) {
        double share = (double) hostile / width;
        if (variant.name().equals("uniform") && variant.settings().isEmpty()) {
            return String.format(Locale.ROOT, "%.3f", fixed(share, 0, routes));
        } else if (hours > 1) {
            return "";
        } else if (variant.name().equals("fixed") && variant.settings().isEmpty()) {
            return String.format(Locale.ROOT, "%.3f", fixed(share, 1, routes));
        } else if (variant.name().equals("subset") && (variant.settings().isEmpty()
                || variant.settings().keySet().equals(Set.of("mixes")))) {
            int kept = Integer.parseInt(variant.settings().getOrDefault("mixes", "2"));
            return String.format(Locale.ROOT, "%.3f, published %.3f", subset(hostile, width, kept),
                    published(share, kept, routes));
        }
        return "";
    }
}
