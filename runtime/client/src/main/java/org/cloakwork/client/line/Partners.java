package org.cloakwork.client.line;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.spi.runtime.Randomness;

/** Whom we write to, and who of them gives a packet in return for a packet. */
final class Partners {

    /** Pulls that whoever is not known yet is asked with, and for how long it has time to answer. */
    private static final int MOST_ASKED = 4;
    private static final long ASK_NANOS = Duration.ofMillis(300).toNanos();
    private static final long PATIENCE_NANOS = Duration.ofSeconds(4).toNanos();
    /** Whoever gave nothing in return is asked again after so long, if something goes to it or it is a standing one. */
    private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long STANDING_AGAIN_NANOS = Duration.ofMinutes(2).toNanos();
    /** Of several tags one that was not used for so long is not asked under any more. */
    private static final long LINGER_NANOS = Duration.ofMinutes(5).toNanos();
    /**
     * Whoever has answered none of so many that are due does not any more, and is asked once in a while. To be wrong
     * costs nothing: loops leave until the next answer comes.
     */
    static final int MOST_UNANSWERED = 8;
    /** It is asked again when it was silent for half as long again, since a question may be one that brings nothing. */
    private static final long LOST_ASK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MOST_LOST_ASK_NANOS = Duration.ofSeconds(20).toNanos();
    private static final double ASKING_SHARE = 0.1;
    /** How often a tag is asked under: something was sent or came lately, comes all the time, has not for long. */
    private static final double USED_WEIGHT = 4;
    private static final double MOST_WEIGHT = 16;
    private static final double LEAST_WEIGHT = 1.0 / 32;
    private static final int MOST = 1000;
    private static final int MOST_REMEMBERED = 10_000;

    private enum Bond { ASKED, EVEN, LOST, NONE }

    private static final class Partner {
        private Bond bond = Bond.ASKED;
        private long sinceNanos;
        private long nextNanos;
        /** Questions that were made, and those of them that have left. */
        private int asked;
        private int questions;
        /** While it is silent. */
        private long askedNanos;
        /** When packets left for it that were to bring one: those after the newest that has. */
        private final Queue<Long> unanswered = new ArrayDeque<>();

        private void askedWhileLost(long nowNanos) {
            askedNanos = nowNanos;
            nextNanos = nowNanos + Math.clamp((nowNanos - sinceNanos) / 2, LOST_ASK_NANOS, MOST_LOST_ASK_NANOS);
        }

        private boolean isSilent(long dueNanos) {
            return unanswered.stream().skip(MOST_UNANSWERED - 1).findFirst().filter(sent -> sent - dueNanos < 0)
                    .isPresent();
        }
    }

    /** A tag under which a partner knows us. */
    private static final class Use {
        private final MixnetAddress partner;
        /** Who wants it to be asked, used or not. */
        private int owners;
        private double weight = LEAST_WEIGHT;
        private long usedNanos;

        private Use(MixnetAddress partner) {
            this.partner = partner;
        }
    }

    private final Randomness randomness;
    /** The one not used for longest comes first. */
    private final LinkedHashMap<MixnetAddress, Partner> partners = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SenderTag, Use> uses = new HashMap<>();
    private volatile Set<MixnetAddress> without = Set.of();

    Partners(Randomness randomness) {
        this.randomness = randomness;
    }

    /** Something is to go to somebody under a tag. */
    void use(MixnetAddress to, SenderTag tag, long nowNanos) {
        Partner partner = meet(to, nowNanos);
        if (partner.bond == Bond.NONE && nowNanos - partner.sinceNanos > AGAIN_NANOS) {
            askAgain(partner, MOST_ASKED, nowNanos);
        }
        if (partner.bond != Bond.NONE || partner.asked < MOST_ASKED) {
            // Somebody may be at another gateway now, and the tag for it is the same.
            Use use = uses.compute(tag, (ignored, before) ->
                    before == null || !before.partner.equals(to) ? new Use(to) : before);
            use.usedNanos = nowNanos;
            use.weight = Math.max(use.weight, USED_WEIGHT);
        }
    }

    private Partner meet(MixnetAddress to, long nowNanos) {
        Partner partner = partners.get(to);
        if (partner == null) {
            partner = new Partner();
            partner.sinceNanos = nowNanos;
            partners.put(to, partner);
            if (partners.size() > MOST) {
                forget(partners.pollFirstEntry().getKey());
            }
        }
        return partner;
    }

    /** Behind its back: what goes to it does not wait. */
    private static void askAgain(Partner partner, int times, long nowNanos) {
        partner.asked = MOST_ASKED - times;
        partner.questions = partner.asked;
        partner.nextNanos = nowNanos;
        partner.sinceNanos = nowNanos;
    }

    /** Somebody is to be asked from now on, used or not, under a tag for nothing else. */
    void stand(MixnetAddress with, SenderTag freshTag, long nowNanos) {
        meet(with, nowNanos);
        standing(with).orElseGet(() -> uses.computeIfAbsent(freshTag, ignored -> new Use(with))).owners++;
    }

    /** One who wanted it to be asked does not any more; it lingers as if it had been used. */
    void leave(MixnetAddress with, long nowNanos) {
        standing(with).ifPresent(use -> {
            use.owners--;
            use.usedNanos = nowNanos;
        });
    }

    private Optional<Use> standing(MixnetAddress with) {
        return uses.values().stream().filter(use -> use.owners > 0 && use.partner.equals(with)).findFirst();
    }

    /** {@return whether it is asked whether it is used or not} */
    boolean isStanding(MixnetAddress partner) {
        return standing(partner).isPresent();
    }

    private void forget(MixnetAddress gone) {
        uses.values().removeIf(use -> use.partner.equals(gone));
    }

    /** {@return whether it is not known yet whether it gives packets in return} */
    boolean isOpen(MixnetAddress to) {
        Partner partner = partners.get(to);
        return partner != null && partner.bond == Bond.ASKED;
    }

    /** {@return whether it gives packets in return, or did until it fell silent} */
    boolean isPartner(MixnetAddress to) {
        Partner partner = partners.get(to);
        return partner != null && (partner.bond == Bond.EVEN || partner.bond == Bond.LOST);
    }

    /** {@return whether it gave packets in return and has fallen silent} */
    boolean isLost(MixnetAddress to) {
        Partner partner = partners.get(to);
        return partner != null && partner.bond == Bond.LOST;
    }

    /** {@return whether it is known to give nothing in return; from any thread} */
    boolean isWithout(MixnetAddress to) {
        return without.contains(to);
    }

    /**
     * {@return whether something may go to a partner that is silent, in the place of a question: more often than that,
     * since whoever is at another gateway now is found only if it does}
     */
    boolean takeQuestion(MixnetAddress to, long nowNanos) {
        Partner partner = partners.get(to);
        boolean due = nowNanos - partner.nextNanos >= 0 || nowNanos - partner.askedNanos >= LOST_ASK_NANOS;
        if (due) {
            partner.askedWhileLost(nowNanos);
        }
        return due;
    }

    /** {@return which part of the slots is to ask for packets in return, 0 to 1} */
    double target(long nowNanos) {
        forgetUnused(nowNanos);
        double target = 0;
        for (Use use : uses.values()) {
            Partner partner = partners.get(use.partner);
            if (partner.bond == Bond.NONE && use.owners > 0 && nowNanos - partner.sinceNanos > STANDING_AGAIN_NANOS) {
                askAgain(partner, 1, nowNanos);
            }
            if (partner.bond == Bond.EVEN) {
                target = 1;
            } else if (partner.bond != Bond.NONE || partner.questions < MOST_ASKED) {
                target = Math.max(target, ASKING_SHARE);
            }
        }
        return target;
    }

    /**
     * The last one who gives packets in return stays, or an end of use would show; and whoever is to be asked, since
     * something waits for that, however long there is no link.
     */
    private void forgetUnused(long nowNanos) {
        Use last = null;
        for (Use use : uses.values()) {
            if (partners.get(use.partner).bond == Bond.EVEN
                    && (last == null || use.owners > 0 || last.owners == 0 && use.usedNanos - last.usedNanos > 0)) {
                last = use;
            }
        }
        Use kept = last;
        uses.values().removeIf(use -> use != kept && use.owners == 0 && nowNanos - use.usedNanos > LINGER_NANOS
                && partners.get(use.partner).bond != Bond.ASKED);
    }

    /** {@return whether there is somebody who gives packets in return} */
    boolean hasEven() {
        return uses.values().stream().anyMatch(use -> partners.get(use.partner).bond == Bond.EVEN);
    }

    /** {@return whom the next pull goes to; empty: to nobody for now} */
    Optional<Line.Pull> next(long nowNanos) {
        List<Map.Entry<SenderTag, Use>> even = new ArrayList<>();
        double sum = 0;
        for (Map.Entry<SenderTag, Use> entry : uses.entrySet()) {
            Partner partner = partners.get(entry.getValue().partner);
            if (partner.bond == Bond.EVEN) {
                even.add(entry);
                sum += entry.getValue().weight;
            } else if (nowNanos - partner.nextNanos >= 0
                    && (partner.bond == Bond.LOST || partner.asked < MOST_ASKED)) {
                partner.asked++;
                if (partner.bond == Bond.LOST) {
                    partner.askedWhileLost(nowNanos);
                } else {
                    partner.nextNanos = nowNanos + ASK_NANOS;
                }
                return Optional.of(new Line.Pull(entry.getValue().partner, entry.getKey(), true));
            }
        }
        double drawn = randomness.nextDouble() * sum;
        for (Map.Entry<SenderTag, Use> entry : even) {
            drawn -= entry.getValue().weight;
            if (drawn < 0) {
                return Optional.of(new Line.Pull(entry.getValue().partner, entry.getKey(), false));
            }
        }
        return Optional.empty();
    }

    /** A question to somebody has left. */
    void questionLeft(MixnetAddress to, long nowNanos) {
        Partner partner = partners.get(to);
        if (partner != null && partner.questions++ == 0) {
            partner.sinceNanos = nowNanos;
        }
    }

    /** A question to somebody will not leave, and another one may take its place. */
    void notAsked(MixnetAddress to) {
        Partner partner = partners.get(to);
        if (partner != null && partner.asked > partner.questions) {
            partner.asked--;
        }
    }

    /** {@return whether a pull that was made for it is still to be sent} */
    boolean isWanted(Line.Pull pull) {
        Partner partner = partners.get(pull.partner());
        return partner != null && (pull.asks() || partner.bond == Bond.EVEN) && uses.containsKey(pull.tag());
    }

    /**
     * Something came in return.
     *
     * @param filler    whether it says nothing
     * @param sentNanos when that left which it came for, if that is known
     * @return whether that answered whether it gives packets in return
     */
    boolean answered(Line.Pull pull, boolean filler, OptionalLong sentNanos, long nowNanos) {
        Partner partner = partners.get(pull.partner());
        if (partner == null) {
            return false;
        }
        sentNanos.ifPresent(sent -> partner.unanswered.removeIf(before -> before - sent <= 0));
        // Also late: whoever was taken for one that gives nothing.
        boolean found = partner.bond == Bond.LOST || partner.bond != Bond.EVEN && filler;
        if (found) {
            partner.bond = Bond.EVEN;
            tellWithout();
        }
        // Who was given up has no use any more, and without one no slot would ask.
        Use use = found ? uses.computeIfAbsent(pull.tag(), ignored -> new Use(pull.partner())) : uses.get(pull.tag());
        if (use != null) {
            use.usedNanos = found ? nowNanos : use.usedNanos;
            use.weight = filler ? Math.max(LEAST_WEIGHT, use.weight / 2)
                    : Math.max(USED_WEIGHT, Math.min(MOST_WEIGHT, use.weight * 2));
            if (!filler) {
                use.usedNanos = nowNanos;
            }
        }
        return found;
    }

    /** A packet that is to bring one has left for it. */
    void sent(MixnetAddress to, long nowNanos) {
        Partner partner = partners.get(to);
        if (partner != null && partner.bond == Bond.EVEN) {
            partner.unanswered.add(nowNanos);
            if (partner.unanswered.size() > MOST_REMEMBERED) {
                partner.unanswered.remove();
            }
        }
    }

    /**
     * @param dueNanos what left before then is due
     * @param nowNanos monotonic time
     * @return whether somebody has fallen silent
     */
    boolean fallSilent(long dueNanos, long nowNanos) {
        boolean silent = false;
        for (Partner partner : partners.values()) {
            if (partner.bond == Bond.EVEN && partner.isSilent(dueNanos)) {
                partner.bond = Bond.LOST;
                partner.sinceNanos = nowNanos;
                partner.nextNanos = nowNanos;
                partner.unanswered.clear();
                silent = true;
            }
        }
        return silent;
    }

    /** The link is new: nothing comes any more for what left before. */
    void restarted(long nowNanos) {
        for (Partner partner : partners.values()) {
            partner.unanswered.clear();
            if (partner.bond == Bond.ASKED) {
                partner.asked -= partner.questions;
                partner.questions = 0;
                partner.sinceNanos = nowNanos;
                partner.nextNanos = nowNanos;
            }
        }
    }

    /** {@return whether it gives packets in return now} */
    boolean isEven(MixnetAddress to) {
        Partner partner = partners.get(to);
        return partner != null && partner.bond == Bond.EVEN;
    }

    /** {@return whether somebody was found not to give anything in return} */
    boolean decide(long nowNanos) {
        boolean decided = false;
        for (Partner partner : partners.values()) {
            if (partner.bond == Bond.ASKED && partner.questions > 0 && nowNanos - partner.sinceNanos > PATIENCE_NANOS) {
                partner.bond = Bond.NONE;
                partner.asked = MOST_ASKED;
                partner.questions = MOST_ASKED;
                partner.sinceNanos = nowNanos;
                decided = true;
            }
        }
        if (decided) {
            uses.values().removeIf(use -> use.owners == 0 && partners.get(use.partner).bond == Bond.NONE);
            tellWithout();
        }
        return decided;
    }

    private void tellWithout() {
        without = partners.entrySet().stream().filter(entry -> entry.getValue().bond == Bond.NONE)
                .map(Map.Entry::getKey).collect(Collectors.toUnmodifiableSet());
    }
}
