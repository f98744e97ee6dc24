package org.cloakwork.client.encode;

import java.nio.ByteBuffer;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.crypto.Hashes;

/** Labels of conversations, which say nothing else: a keyed digest of the tag that messages of one go under. */
final class Conversations {

    private final Randomness randomness;
    private final byte[] key;

    Conversations(Randomness randomness) {
        this.randomness = randomness;
        key = randomness.bytes(Hashes.BLAKE3_LENGTH);
    }

    /** {@return the label of the conversation that a message belongs to; never 0} */
    long of(Target target, Content content) {
        return switch (content) {
            case Content.Anonymous anonymous -> under(anonymous.ownTag());
            case Content.MoreSurbs more -> under(more.ownTag());
            case Content.Plain ignored -> of(target);
            case Content.Reply ignored -> of(target);
            case Content.SurbRequest ignored -> of(target);
        };
    }

    /** {@return of a message of which no more is known} */
    long of(Target target) {
        return target instanceof Target.ToSender sender ? label(sender.sender(), 2) : randomness.nextLong() | 1;
    }

    /** {@return of what we say under a tag of ours} */
    long under(SenderTag ownTag) {
        return label(ownTag, 1);
    }

    /** Our tags and those of others are told apart. */
    private long label(SenderTag tag, int whose) {
        byte[] digest = Hashes.blake3(key, new byte[] {(byte) whose}, tag.bytes());
        return ByteBuffer.wrap(digest).getLong() | 1;
    }
}
