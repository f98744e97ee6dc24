package org.cloakwork.cover.poisson;

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
 * Two Poisson streams as Nym's client has them: the main stream, whose mean gap grows with lasting congestion, and the
 * loop stream, which nothing changes. Source: protocol/5-client, 2 to 3.
 */
@Component(service = CoverTrafficStrategy.class, configurationPid = "org.cloakwork.cover.poisson")
@Cloakwork(part = "cover", name = "poisson")
@Designate(ocd = PoissonCover.Configuration.class)
public final class PoissonCover implements CoverTrafficStrategy {

    private static final int DEFAULT_MAIN_MEAN_MILLIS = 20;
    private static final int DEFAULT_LOOP_MEAN_MILLIS = 200;
    private static final int MAX_MEAN_MILLIS = 3_600_000;
    private static final int MAX_MULTIPLIER = 1 + Link.HIGHEST_CONGESTION;

    private final boolean main;
    private final long mainMeanNanos;
    private final int maximumMultiplier;
    private final boolean loop;
    private final long loopMeanNanos;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork cover: Poisson",
            description = "Packets leave after exponentially distributed gaps, cover where none is waiting.")
    public @interface Configuration {

        /** {@return whether there is a main stream} */
        @AttributeDefinition(name = "Main stream",
                description = "false: packets leave as soon as they are ready, and nothing hides when.")
        boolean main() default true;

        /** {@return the mean gap} */
        @AttributeDefinition(name = "Mean gap of the main stream", min = "1", max = "3600000",
                description = "Milliseconds, 1 to 3600000.")
        int main$_$mean$_$millis() default DEFAULT_MAIN_MEAN_MILLIS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum multiplier", min = "1", max = "6",
                description = "Most by which lasting congestion multiplies the mean gap of the main stream, 1 to 6.")
        int maximum$_$multiplier() default MAX_MULTIPLIER;

        /** {@return whether there is a loop stream} */
        @AttributeDefinition(name = "Loop stream", description = "Cover packets to ourselves beside the main stream.")
        boolean loop() default true;

        /** {@return the mean gap} */
        @AttributeDefinition(name = "Mean gap of the loop stream", min = "1", max = "3600000",
                description = "Milliseconds, 1 to 3600000.")
        int loop$_$mean$_$millis() default DEFAULT_LOOP_MEAN_MILLIS;
    }

    /** @param properties of the component */
    @Activate
    public PoissonCover(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        main = configuration.flag("main", true);
        mainMeanNanos = configuration.millis("main-mean-millis", DEFAULT_MAIN_MEAN_MILLIS, 1, MAX_MEAN_MILLIS)
                .toNanos();
        maximumMultiplier = configuration.integer("maximum-multiplier", MAX_MULTIPLIER, 1, MAX_MULTIPLIER);
        loop = configuration.flag("loop", true);
        loopMeanNanos = configuration.millis("loop-mean-millis", DEFAULT_LOOP_MEAN_MILLIS, 1, MAX_MEAN_MILLIS)
                .toNanos();
        configuration.verify();
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        int multiplier = Math.min(1 + link.congestionLevel(), maximumMultiplier);
        return main ? Optional.of(gap(mainMeanNanos * multiplier, randomness)) : Optional.empty();
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return loop ? Optional.of(gap(loopMeanNanos, randomness)) : Optional.empty();
    }

    private static Duration gap(long meanNanos, Randomness randomness) {
        return Duration.ofNanos(Math.max(1, randomness.exponentialNanos(meanNanos)));
    }

    @Override
    public Promise promise() {
        return main ? Promise.BOTH : Promise.NOTHING;
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<CoverTrafficStrategy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(PoissonCover.class, PoissonCover::new);
        }
    }
}
