package org.cloakwork.itests.line;

import java.util.Map;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.LinePolicy;
import org.cloakwork.cover.constant.ConstantCover;
import org.cloakwork.cover.none.NoCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;

/** What a client does so that its line tells nothing. All but the last one look after one direction only. */
public enum Cover {
    NONE("none", "without cover"),
    POISSON("poisson", "cover of what goes"),
    CONSTANT("constant", "cover of what goes, at equal distances"),
    TWO_WAY("two-way", "two-way cover");

    private final String text;
    private final String title;

    Cover(String text, String title) {
        this.text = text;
        this.title = title;
    }

    /** {@return as people type it} */
    public String text() {
        return text;
    }

    /** {@return for people who look at a picture} */
    String title() {
        return title;
    }

    /** {@return the cover part} */
    CoverTrafficStrategy strategy() {
        return switch (this) {
            case NONE -> new NoCover();
            case POISSON, TWO_WAY -> new PoissonCover(Map.of());
            case CONSTANT -> new ConstantCover(Map.of());
        };
    }

    /** {@return the rest of the client's configuration} */
    ClientConfiguration configuration() {
        LinePolicy line = LinePolicy.DEFAULT;
        return ClientConfiguration.DEFAULT.withLine(new LinePolicy(this == TWO_WAY, line.ramp(), line.mirror(),
                line.returnsPackets(), line.returnsPerSecond(), line.returnsPerSender()));
    }
}
