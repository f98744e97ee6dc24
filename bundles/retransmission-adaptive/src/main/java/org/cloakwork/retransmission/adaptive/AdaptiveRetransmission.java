package org.cloakwork.retransmission.adaptive;

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

/**
 * Waits for the expected round trip plus what the client has measured that network and queues add, by the formula of
 * RFC 6298; twice as long for each further copy. Copies beyond the budget are put off, and none is made that could not
 * be acknowledged before the deadline. Answers Nym's fixed wait: protocol/5-client, 4.2, W19 and W22.
 */
@Component(service = RetransmissionPolicy.class, configurationPid = "org.cloakwork.retransmission.adaptive")
@Cloakwork(part = "retransmission", name = "adaptive")
@Designate(ocd = AdaptiveRetransmission.Configuration.class)
public final class AdaptiveRetransmission implements RetransmissionPolicy {

    private static final int DEFAULT_INITIAL_ADDITION_MILLIS = 1500;
    private static final int DEFAULT_LEAST_ADDITION_MILLIS = 200;
    private static final int DEFAULT_MAXIMUM_WAIT_MILLIS = 30_000;
    private static final int MAX_MILLIS = 3_600_000;
    private static final double DEFAULT_BUDGET_RATIO = 1;
    private static final int MAX_BUDGET_RATIO = 1000;
    private static final int DEFAULT_BUDGET_FLOOR = 60;
    private static final int UNLIMITED = -1;

    private static final int VARIATIONS = 4;
    private static final Duration BUDGET_CHECK = Duration.ofSeconds(1);

    private final Duration initialAddition;
    private final Duration leastAddition;
    private final Duration maximumWait;
    private final double budgetRatio;
    private final int budgetFloor;
    private final int maximumRetransmissions;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork retransmission: adaptive",
            description = "When a packet that was not acknowledged is sent again.")
    public @interface Configuration {

        /** {@return the addition before anything was measured} */
        @AttributeDefinition(name = "Initial addition", min = "1", max = "3600000",
                description = "Milliseconds added to the expected round trip"
                + " before the first round trip was measured, 1 to 3600000.")
        int initial$_$addition$_$millis() default DEFAULT_INITIAL_ADDITION_MILLIS;

        /** {@return the least addition} */
        @AttributeDefinition(name = "Least addition", min = "1", max = "3600000",
                description = "Milliseconds added at least to the expected round"
                + " trip and the measured mean excess, 1 to 3600000.")
        int least$_$addition$_$millis() default DEFAULT_LEAST_ADDITION_MILLIS;

        /** {@return the limit of the back-off} */
        @AttributeDefinition(name = "Maximum wait", min = "1", max = "3600000",
                description = "Milliseconds that doubling a wait does not exceed,"
                + " 1 to 3600000.")
        int maximum$_$wait$_$millis() default DEFAULT_MAXIMUM_WAIT_MILLIS;

        /** {@return the budget} */
        @AttributeDefinition(name = "Budget ratio", min = "0", max = "1000",
                description = "Most retransmissions within a minute for each new packet of that minute, 0 to 1000.")
        double budget$_$ratio() default DEFAULT_BUDGET_RATIO;

        /** {@return the budget's floor} */
        @AttributeDefinition(name = "Budget floor", min = "1",
                description = "Retransmissions within a minute that are always allowed, 1 or more.")
        int budget$_$floor() default DEFAULT_BUDGET_FLOOR;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum retransmissions", min = "-1",
                description = "Copies after the first one; -1: as many as fit before the message's deadline.")
        int maximum$_$retransmissions() default UNLIMITED;
    }

    /** @param properties of the component */
    @Activate
    public AdaptiveRetransmission(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        initialAddition = configuration.millis("initial-addition-millis", DEFAULT_INITIAL_ADDITION_MILLIS, 1,
                MAX_MILLIS);
        leastAddition = configuration.millis("least-addition-millis", DEFAULT_LEAST_ADDITION_MILLIS, 1, MAX_MILLIS);
        maximumWait = configuration.millis("maximum-wait-millis", DEFAULT_MAXIMUM_WAIT_MILLIS, 1, MAX_MILLIS);
        budgetRatio = configuration.decimal("budget-ratio", DEFAULT_BUDGET_RATIO, 0, MAX_BUDGET_RATIO);
        budgetFloor = configuration.integer("budget-floor", DEFAULT_BUDGET_FLOOR, 1, Integer.MAX_VALUE);
        maximumRetransmissions = configuration.integer("maximum-retransmissions", UNLIMITED, UNLIMITED,
                Integer.MAX_VALUE);
        configuration.verify();
    }

    /** A wait that would end too late for a copy is shortened to a last copy in time, if that is a full wait away. */
    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        int retransmissions = packet.transmissions() - 1;
        if (maximumRetransmissions != UNLIMITED && retransmissions >= maximumRetransmissions) {
            return Optional.empty();
        }
        Duration single = singleWait(packet);
        Duration lastCopy = packet.untilDeadline().minus(usualRoundTrip(packet));
        if (single.compareTo(lastCopy) > 0) {
            return Optional.empty();
        }
        return Optional.of(min(backedOff(single, retransmissions), lastCopy));
    }

    @Override
    public Optional<Duration> untilCopy(SentPacket packet) {
        if (usualRoundTrip(packet).compareTo(packet.untilDeadline()) > 0) {
            return Optional.empty();
        }
        double budget = Math.max(budgetFloor, budgetRatio * packet.measured().newPackets());
        return Optional.of(packet.measured().retransmissions() < budget ? Duration.ZERO : BUDGET_CHECK);
    }

    /** How long an acknowledgement takes as a rule. */
    private static Duration usualRoundTrip(SentPacket packet) {
        return packet.expectedRoundTrip().plus(packet.measured().excess());
    }

    /** How long an acknowledgement takes with hardly an exception. */
    private Duration singleWait(SentPacket packet) {
        Measured measured = packet.measured();
        return measured.samples() == 0
                ? packet.expectedRoundTrip().plus(initialAddition)
                : usualRoundTrip(packet).plus(max(leastAddition, measured.variation().multipliedBy(VARIATIONS)));
    }

    /** The limit never makes a wait shorter than a single one. */
    private Duration backedOff(Duration single, int retransmissions) {
        Duration wait = single;
        for (int i = 0; i < retransmissions && wait.compareTo(maximumWait) < 0; i++) {
            wait = min(wait.multipliedBy(2), maximumWait);
        }
        return wait;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RetransmissionPolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(AdaptiveRetransmission.class, AdaptiveRetransmission::new);
        }
    }
}
