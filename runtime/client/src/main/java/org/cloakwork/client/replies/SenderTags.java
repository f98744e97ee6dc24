package org.cloakwork.client.replies;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Randomness;

/**
 * The tags we call ourselves by, one for each recipient, so that no two of them can tell we are the same; and where an
 * application wants to be several to one recipient, one for each.
 */
public final class SenderTags {

    /** Recipients remembered; the one not written to for longest goes first. */
    static final int MAX_RECIPIENTS = 10_000;

    private final Randomness randomness;
    private final Ledger ledger;
    private final LinkedHashMap<MixnetAddress, SenderTag> tags = new LinkedHashMap<>(16, 0.75f, true);
    /** Not kept by a store: what they are for does not outlive the process. */
    private final LinkedHashMap<Isolated, SenderTag> isolated = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SenderTag, MixnetAddress> isolatedRecipients = new HashMap<>();

    private record Isolated(MixnetAddress recipient, String isolation) {
    }

    /**
     * @param randomness new tags are drawn from
     * @param ledger     told what comes and goes
     */
    public SenderTags(Randomness randomness, Ledger ledger) {
        this.randomness = randomness;
        this.ledger = ledger;
    }

    /** @param saved that were there before the client started */
    public void restore(Map<MixnetAddress, SenderTag> saved) {
        tags.putAll(saved);
    }

    /**
     * @param recipient someone we write to
     * @return our tag for it
     */
    public SenderTag tagFor(MixnetAddress recipient) {
        SenderTag tag = tags.get(recipient);
        if (tag == null) {
            tag = new SenderTag(randomness.bytes(SenderTag.LENGTH));
            tags.put(recipient, tag);
            ledger.named(recipient, tag);
        }
        if (tags.size() > MAX_RECIPIENTS) {
            ledger.unnamed(tags.pollFirstEntry().getKey());
        }
        return tag;
    }

    /**
     * @param recipient someone we write to
     * @param isolation whom we are to it
     * @return our tag for that
     */
    public SenderTag tagFor(MixnetAddress recipient, String isolation) {
        SenderTag tag = isolated.computeIfAbsent(new Isolated(recipient, isolation), ignored -> {
            SenderTag made = new SenderTag(randomness.bytes(SenderTag.LENGTH));
            isolatedRecipients.put(made, recipient);
            return made;
        });
        if (isolated.size() > MAX_RECIPIENTS) {
            isolatedRecipients.remove(isolated.pollFirstEntry().getValue());
        }
        return tag;
    }

    /**
     * @param recipient someone
     * @param used      the tag that the reply block it answered with was sent under, if that is known
     * @return our tag for it, if we have written to it anonymously
     */
    public Optional<SenderTag> known(MixnetAddress recipient, Optional<SenderTag> used) {
        return used.filter(tag -> recipient.equals(isolatedRecipients.get(tag)))
                .or(() -> Optional.ofNullable(tags.get(recipient)));
    }
}
