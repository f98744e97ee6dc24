package org.cloakwork.wire;

import java.time.Duration;
import java.util.Objects;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.KeyRotation;

/** What is to become a packet with an acknowledgement inside. */
public sealed interface PacketDraft {

    /** {@return what is acknowledged} */
    FragmentId id();

    /** {@return the size of the packet} */
    PacketSize size();

    /** {@return the acknowledgement's way, back to the sender} */
    Route ackRoute();

    /**
     * A fragment for a recipient whose address is known.
     *
     * @param fragment  fills a packet size exactly
     * @param recipient key of the recipient
     * @param route     to the recipient
     * @param ackRoute  back to the sender
     * @param rotation  of the topology both routes are from
     */
    record Forward(Fragment fragment, EncryptionKey recipient, Route route, Route ackRoute, KeyRotation rotation)
            implements PacketDraft {

        /** @throws IllegalArgumentException if the fragment does not fill a packet */
        public Forward {
            sizeFor(fragment);
            Objects.requireNonNull(recipient);
            Objects.requireNonNull(route);
            Objects.requireNonNull(ackRoute);
            Objects.requireNonNull(rotation);
        }

        @Override
        public FragmentId id() {
            return fragment.id();
        }

        @Override
        public PacketSize size() {
            return sizeFor(fragment);
        }
    }

    /**
     * Nothing, to ourselves.
     *
     * @param size     of the packet
     * @param own      key of this client
     * @param route    back to this client
     * @param ackRoute back to this client
     * @param rotation of the topology both routes are from
     */
    record Cover(PacketSize size, EncryptionKey own, Route route, Route ackRoute, KeyRotation rotation)
            implements PacketDraft {

        public Cover {
            Objects.requireNonNull(size);
            Objects.requireNonNull(own);
            Objects.requireNonNull(route);
            Objects.requireNonNull(ackRoute);
            Objects.requireNonNull(rotation);
        }

        @Override
        public FragmentId id() {
            return FragmentId.COVER;
        }
    }

    /**
     * A fragment for whoever made a reply block.
     *
     * @param fragment     fills a packet size exactly
     * @param surb         used up by this
     * @param ackRoute     back to the sender
     * @param meanHopDelay of the network, for the expected round trip
     */
    record Reply(Fragment fragment, ReplySurb surb, Route ackRoute, Duration meanHopDelay) implements PacketDraft {

        /** @throws IllegalArgumentException if the fragment does not fill a packet */
        public Reply {
            sizeFor(fragment);
            Objects.requireNonNull(surb);
            Objects.requireNonNull(ackRoute);
            Objects.requireNonNull(meanHopDelay);
        }

        @Override
        public FragmentId id() {
            return fragment.id();
        }

        @Override
        public PacketSize size() {
            return sizeFor(fragment);
        }
    }

    /**
     * A fragment that asks for packets in return and for nothing else: it is not sent again, and acknowledged as cover.
     *
     * @param packet to send
     */
    record Pull(Forward packet) implements PacketDraft {

        public Pull {
            Objects.requireNonNull(packet);
        }

        @Override
        public FragmentId id() {
            return FragmentId.COVER;
        }

        @Override
        public PacketSize size() {
            return packet.size();
        }

        @Override
        public Route ackRoute() {
            return packet.ackRoute();
        }
    }

    /**
     * Nothing, for whoever made a reply block and wants a packet over it.
     *
     * @param size         of the packet
     * @param surb         used up by this
     * @param ackRoute     back to the sender
     * @param meanHopDelay of the network, for the expected round trip
     */
    record Filler(PacketSize size, ReplySurb surb, Route ackRoute, Duration meanHopDelay) implements PacketDraft {

        public Filler {
            Objects.requireNonNull(size);
            Objects.requireNonNull(surb);
            Objects.requireNonNull(ackRoute);
            Objects.requireNonNull(meanHopDelay);
        }

        @Override
        public FragmentId id() {
            return FragmentId.COVER;
        }
    }

    private static PacketSize sizeFor(Fragment fragment) {
        return PacketSize.ofFragmentLength(fragment.length()).orElseThrow(() -> new IllegalArgumentException(
                "a fragment of " + fragment.length() + " bytes fills no packet"));
    }
}
