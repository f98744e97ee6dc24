package org.cloakwork.cover.none;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.service.component.annotations.Component;

/** Packets leave as soon as they are ready, and nothing hides when. For local networks and measurements. */
@Component(service = CoverTrafficStrategy.class)
@Cloakwork(part = "cover", name = "none")
public final class NoCover implements CoverTrafficStrategy {

    /** Needs no configuration. */
    public NoCover() {
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return Optional.empty();
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<CoverTrafficStrategy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(NoCover.class, properties -> {
                PartConfiguration.ofProperties(properties).verify();
                return new NoCover();
            });
        }
    }
}
