package org.cloakwork.retransmission.timeout;

import java.util.Map;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;

/** Makes the part for plain Java. */
public final class TimeoutRetransmissionFactory implements PartFactory<RetransmissionPolicy> {

    /** For {@link java.util.ServiceLoader}. */
    public TimeoutRetransmissionFactory() {
    }

    @Override
    public Class<RetransmissionPolicy> type() {
        return RetransmissionPolicy.class;
    }

    @Override
    public String name() {
        return "timeout";
    }

    @Override
    public RetransmissionPolicy create(Map<String, String> configuration) {
        return TimeoutRetransmission.configured(configuration);
    }
}
