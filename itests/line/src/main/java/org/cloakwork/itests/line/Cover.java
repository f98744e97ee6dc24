package org.cloakwork.itests.line;

import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.cover.constant.ConstantCover;
import org.cloakwork.cover.none.NoCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;

/** What a client does so that its line tells nothing. */
public enum Cover {
    NONE("none"),
    POISSON("poisson"),
    CONSTANT("constant");

    private final String text;

    Cover(String text) {
        this.text = text;
    }

    /** {@return as people type it} */
    public String text() {
        return text;
    }

    private String part() {
        return text;
    }

    /** {@return for people who look at a picture} */
    String title() {
        return "cover = " + text;
    }

    /** {@return a client with it that has sockets} */
    MixnetClient.Builder builder() {
        return MixnetClient.builder().part("cover", part(), configuration());
    }

    private Map<String, String> configuration() {
        return Map.of();
    }

    /** {@return the rest of the client's configuration} */
    ClientConfiguration clientConfiguration() {
        return ClientConfiguration.DEFAULT;
    }

    /** {@return the configuration of the exit that it uses} */
    ClientConfiguration exitConfiguration() {
        return ClientConfiguration.DEFAULT;
    }

    /** {@return the part itself} */
    CoverTrafficStrategy strategy() {
        return switch (this) {
            case NONE -> new NoCover();
            case POISSON -> new PoissonCover(Map.copyOf(configuration()));
            case CONSTANT -> new ConstantCover(Map.copyOf(configuration()));
        };
    }
}
