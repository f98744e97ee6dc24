package org.cloakwork.retransmission.adaptive;

import java.util.Map;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;

/** Makes the part for plain Java. */
public final class AdaptiveRetransmissionFactory implements PartFactory<RetransmissionPolicy> {

    /** For {@link java.util.ServiceLoader}. */
    public AdaptiveRetransmissionFactory() {
    }

    @Override
    public Class<RetransmissionPolicy> type() {
        return RetransmissionPolicy.class;
    }

    @Override
    public String name() {
        return "adaptive";
    }

    @Override
    public RetransmissionPolicy create(Map<String, String> configuration) {
        return AdaptiveRetransmission.configured(configuration);
    }
}
