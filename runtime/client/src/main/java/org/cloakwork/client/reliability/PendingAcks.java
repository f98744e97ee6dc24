package org.cloakwork.client.reliability;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.wire.FragmentId;

/**
 * The fragments whose acknowledgement is awaited: from the cut of their message until the acknowledgement or the
 * message's end. As many as the outbox admits messages, so its limit in bytes holds here too.
 */
public final class PendingAcks {

    private final Map<FragmentId, OutgoingFragment> fragments = new HashMap<>();

    /**
     * @param fragment awaited from now on
     * @return false if another fragment is awaited under that id: the cut must be repeated with a fresh set id
     */
    public boolean add(OutgoingFragment fragment) {
        return fragments.putIfAbsent(fragment.id(), fragment) == null;
    }

    /**
     * @param id named by an acknowledgement
     * @return the fragment it is for, awaited no longer; empty for late and repeated acknowledgements
     */
    public Optional<OutgoingFragment> acknowledged(FragmentId id) {
        return Optional.ofNullable(fragments.remove(id));
    }

    /** @param fragment awaited no longer */
    public void remove(OutgoingFragment fragment) {
        fragments.remove(fragment.id(), fragment);
    }

    /** {@return how many are awaited} */
    public int size() {
        return fragments.size();
    }
}
