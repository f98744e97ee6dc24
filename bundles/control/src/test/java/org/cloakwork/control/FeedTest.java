package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.Configuration;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

class FeedTest {

    private static final String PID = "org.example.drip";
    private static final Map<String, String> OLD = Map.of("most-millis", "20");
    private static final Map<String, String> NEW = Map.of("most-millis", "0");

    private final List<Object> given = new ArrayList<>();
    private final ComponentDescriptionDTO description = new ComponentDescriptionDTO();
    private final ComponentConfigurationDTO component = new ComponentConfigurationDTO();
    private final Inventory inventory = new Inventory(Fakes.fake(BundleContext.class, Map.of()),
            Fakes.fake(ServiceComponentRuntime.class, Map.of(
                    "getComponentDescriptionDTOs", none -> List.of(description),
                    "getComponentConfigurationDTOs", of -> List.of(component))));
    private final Feed feed = new Feed(PID, () -> Fakes.fake(Configuration.class, Map.of("update", values -> {
        Dictionary<?, ?> properties = (Dictionary<?, ?>) values[0];
        component.properties = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> component.properties.put((String) key, properties.get(key)));
        given.add(properties.get("most-millis"));
        return null;
    })), new AtomicLong(), false, false);

    private void follow(Map<String, String> wanted) throws Exception {
        feed.verify(FeedTest::problem, inventory);
        feed.want(wanted, List.of());
        feed.verify(FeedTest::problem, inventory);
    }

    private static Problem problem(String text) {
        return new Problem("drip.cfg", 0, text);
    }

    @BeforeEach
    void describe() {
        description.configurationPid = new String[]{PID};
        component.state = ComponentConfigurationDTO.ACTIVE;
    }

    /** The file still says it; it is not tried again before it says something else. */
    @Test
    void aConfigurationWithWhichThePartBreaksIsTakenBackAndSaid() throws Exception {
        follow(OLD);
        follow(NEW);
        feed.takeBack("drip.cfg", "cover part \"drip\" failed: untilNextSlot returned PT0S");
        follow(NEW);
        follow(NEW);
        assertEquals(List.of("20", "0", "20"), given);
        assertEquals("drip.cfg: is taken back: cover part \"drip\" failed: untilNextSlot returned PT0S",
                feed.problems().getFirst().toString());
        follow(Map.of("most-millis", "30"));
        assertEquals(List.of("20", "0", "20", "30"), given);
        assertTrue(feed.problems().isEmpty());
    }

    @Test
    void thereIsNothingToTakeBackIfNothingWasChanged() throws Exception {
        follow(OLD);
        feed.takeBack("drip.cfg", "broken");
        assertEquals(List.of("20"), given);
        assertTrue(feed.problems().isEmpty());
    }
}
