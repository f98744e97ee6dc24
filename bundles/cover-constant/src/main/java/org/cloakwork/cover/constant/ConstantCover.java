package org.cloakwork.cover.constant;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * A packet after every fixed gap, whatever happens. Not Nym's law: whoever sees the link can tell the clients apart.
 */
@Component(service = CoverTrafficStrategy.class, configurationPid = "org.cloakwork.cover.constant")
@Cloakwork(part = "cover", name = "constant")
@Designate(ocd = ConstantCover.Configuration.class)
public final class ConstantCover implements CoverTrafficStrategy {

    private static final int DEFAULT_MAIN_GAP_MILLIS = 20;
    private static final int DEFAULT_LOOP_GAP_MILLIS = 200;
    private static final int MAX_GAP_MILLIS = 3_600_000;

    private final Optional<Duration> mainGap;
    private final Optional<Duration> loopGap;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork cover: constant",
            description = "Packets leave after a fixed gap, cover where none is waiting.")
    public @interface Configuration {

        /** {@return whether there is a main stream} */
        @AttributeDefinition(name = "Main stream",
                description = "false: packets leave as soon as they are ready, and nothing hides when.")
        boolean main() default true;

        /** {@return the gap} */
        @AttributeDefinition(name = "Gap of the main stream", min = "1", max = "3600000",
                description = "Milliseconds, 1 to 3600000.")
        int main$_$gap$_$millis() default DEFAULT_MAIN_GAP_MILLIS;

        /** {@return whether there is a loop stream} */
        @AttributeDefinition(name = "Loop stream", description = "Cover packets to ourselves beside the main stream.")
        boolean loop() default true;

        /** {@return the gap} */
        @AttributeDefinition(name = "Gap of the loop stream", min = "1", max = "3600000",
                description = "Milliseconds, 1 to 3600000.")
        int loop$_$gap$_$millis() default DEFAULT_LOOP_GAP_MILLIS;
    }

    /** @param properties of the component */
    @Activate
    public ConstantCover(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        mainGap = gap(configuration, "main", DEFAULT_MAIN_GAP_MILLIS);
        loopGap = gap(configuration, "loop", DEFAULT_LOOP_GAP_MILLIS);
        configuration.verify();
    }

    private static Optional<Duration> gap(PartConfiguration configuration, String stream, int defaultMillis) {
        Duration gap = configuration.millis(stream + "-gap-millis", defaultMillis, 1, MAX_GAP_MILLIS);
        return configuration.flag(stream, true) ? Optional.of(gap) : Optional.empty();
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        return mainGap;
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return loopGap;
    }

    @Override
    public Promise promise() {
        return mainGap.isPresent() ? Promise.BOTH : Promise.NOTHING;
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<CoverTrafficStrategy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(ConstantCover.class, ConstantCover::new);
        }
    }
}
