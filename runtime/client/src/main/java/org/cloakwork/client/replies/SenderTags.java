package org.cloakwork.client.replies;

import java.util.LinkedHashMap;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.spi.runtime.Randomness;

/** The tags we call ourselves by, one for each recipient, so that no two of them can tell we are the same. */
public final class SenderTags {

    /** Recipients remembered; the one not written to for longest goes first. */
    static final int MAX_RECIPIENTS = 10_000;

    private final Randomness randomness;
    private final LinkedHashMap<MixnetAddress, SenderTag> tags = new LinkedHashMap<>(16, 0.75f, true);

    /** @param randomness new tags are drawn from */
    public SenderTags(Randomness randomness) {
        this.randomness = randomness;
    }

    /**
     * @param recipient someone we write to
     * @return our tag for it
     */
    public SenderTag tagFor(MixnetAddress recipient) {
        SenderTag tag = tags.computeIfAbsent(recipient, r -> new SenderTag(randomness.bytes(SenderTag.LENGTH)));
        if (tags.size() > MAX_RECIPIENTS) {
            tags.pollFirstEntry();
        }
        return tag;
    }

    /**
     * @param recipient someone
     * @return our tag for it, if we have written to it anonymously
     */
    public Optional<SenderTag> known(MixnetAddress recipient) {
        return Optional.ofNullable(tags.get(recipient));
    }
}
