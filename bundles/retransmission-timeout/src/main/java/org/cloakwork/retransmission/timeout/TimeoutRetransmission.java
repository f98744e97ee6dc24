package org.cloakwork.retransmission.timeout;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Waits a multiple of the expected round trip plus a constant, as Nym's client does. Source: protocol/5-client, 4. */
@Component(service = RetransmissionPolicy.class, configurationPid = "org.cloakwork.retransmission.timeout")
@Cloakwork(part = "retransmission", name = "timeout")
@Designate(ocd = TimeoutRetransmission.Configuration.class)
public final class TimeoutRetransmission implements RetransmissionPolicy {

    private static final double DEFAULT_MULTIPLIER = 1.5;
    private static final int MAX_MULTIPLIER = 1000;
    private static final int DEFAULT_ADDITION_MILLIS = 1500;
    private static final int MAX_ADDITION_MILLIS = 3_600_000;
    private static final int UNLIMITED = -1;

    private final double multiplier;
    private final Duration addition;
    private final int maximumRetransmissions;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork retransmission: timeout",
            description = "When a packet that was not acknowledged is sent again.")
    public @interface Configuration {

        /** {@return the factor} */
        @AttributeDefinition(name = "Ack wait multiplier", min = "0", max = "1000",
                description = "Factor on the expected round trip through the mixes, 0 to 1000.")
        double ack$_$wait$_$multiplier() default DEFAULT_MULTIPLIER;

        /** {@return the constant} */
        @AttributeDefinition(name = "Ack wait addition", min = "1", max = "3600000",
                description = "Milliseconds added for network and queues, 1 to 3600000.")
        int ack$_$wait$_$addition$_$millis() default DEFAULT_ADDITION_MILLIS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum retransmissions", min = "-1",
                description = "Copies after the first one; -1: as many as fit before the message's deadline.")
        int maximum$_$retransmissions() default UNLIMITED;
    }

    /** @param properties of the component */
    @Activate
    public TimeoutRetransmission(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        multiplier = configuration.decimal("ack-wait-multiplier", DEFAULT_MULTIPLIER, 0, MAX_MULTIPLIER);
        addition = configuration.millis("ack-wait-addition-millis", DEFAULT_ADDITION_MILLIS, 1, MAX_ADDITION_MILLIS);
        maximumRetransmissions = configuration.integer("maximum-retransmissions", UNLIMITED, UNLIMITED,
                Integer.MAX_VALUE);
        configuration.verify();
    }

    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        int retransmissions = packet.transmissions() - 1;
        if (maximumRetransmissions != UNLIMITED && retransmissions >= maximumRetransmissions) {
            return Optional.empty();
        }
        Duration roundTrip = packet.expectedRoundTrip();
        double nanos = (roundTrip.getSeconds() * 1e9 + roundTrip.getNano()) * multiplier;
        // Rounding a double too large for a long gives the largest long.
        return Optional.of(Duration.ofNanos(Math.round(nanos)).plus(addition));
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RetransmissionPolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(TimeoutRetransmission.class, TimeoutRetransmission::new);
        }
    }
}
