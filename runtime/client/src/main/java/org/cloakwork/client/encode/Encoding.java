package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;

/** Turns messages into fragments, one at a time, so that the order of sending is kept. */
public final class Encoding {

    /** After a part failed, until the next attempt. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** Where messages go from here. */
    public interface Next {

        /** @param message to a gateway that is not in the network */
        void unroutable(OutgoingMessage message);

        /**
         * @param message that has not ended
         * @param encoded what came of it
         * @return whether it goes on; false to encode it once more
         */
        boolean encoded(OutgoingMessage message, Encoder.Encoded encoded);
    }

    private final PacketMaker maker;
    private final Scheduler scheduler;
    private final Next next;
    private final LinkedHashMap<OutgoingMessage, Content> waiting = new LinkedHashMap<>();
    private boolean busy;
    private Cancellable again = () -> { };

    /**
     * @param maker     who encodes
     * @param scheduler the client's own
     * @param next      told what came of it
     */
    public Encoding(PacketMaker maker, Scheduler scheduler, Next next) {
        this.maker = maker;
        this.scheduler = scheduler;
        this.next = next;
    }

    /**
     * @param message to encode after those already here
     * @param content of it
     */
    public void add(OutgoingMessage message, Content content) {
        waiting.put(message, content);
        run();
    }

    /** @param message has ended */
    public void remove(OutgoingMessage message) {
        waiting.remove(message);
    }

    /** {@return messages that wait} */
    public int size() {
        return waiting.size();
    }

    /** Goes on, if it can: what was missing may be there now. */
    public void run() {
        Optional<Encoder> encoder = maker.encoder();
        while (encoder.isPresent() && !busy && !waiting.isEmpty()) {
            Map.Entry<OutgoingMessage, Content> first = waiting.pollFirstEntry();
            OutgoingMessage message = first.getKey();
            if (message.target() instanceof Target.ToAddress(MixnetAddress address)
                    && !encoder.get().routes().lead(address.gateway())) {
                next.unroutable(message);
            } else {
                busy = true;
                maker.work(Stages.Work.ENCODE, 1, () -> encoder.get().encode(first.getValue(),
                                message.conversation()),
                        encoded -> encoded(message, first.getValue(), encoded));
            }
        }
    }

    private void encoded(OutgoingMessage message, Content content, Optional<Encoder.Encoded> encoded) {
        busy = false;
        if (message.isOpen() && encoded.isEmpty()) {
            waiting.putFirst(message, content);
            busy = true;
            again = scheduler.schedule(AGAIN, () -> {
                busy = false;
                run();
            });
            return;
        }
        if (message.isOpen() && !next.encoded(message, encoded.get())) {
            waiting.putFirst(message, content);
        }
        run();
    }

    /** Makes no further attempt. */
    public void stop() {
        again.cancel();
    }
}
