package org.cloakwork.spi.part;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.junit.jupiter.api.Test;

class PartKindTest {

    @Test
    void everyKindIsInTheListOfAll() throws IllegalAccessException {
        List<Object> constants = new ArrayList<>();
        for (Field field : PartKind.class.getFields()) {
            if (field.getType() == PartKind.class) {
                constants.add(field.get(null));
            }
        }
        assertEquals(constants, PartKind.ALL);
        assertEquals(PartKind.OF_A_CLIENT, PartKind.ALL.subList(0, PartKind.OF_A_CLIENT.size()));
    }

    @Test
    void eachHasANameAndAnInterfaceOfItsOwn() {
        Set<String> names = new HashSet<>();
        Set<Class<?>> services = new HashSet<>();
        for (PartKind<?> kind : PartKind.ALL) {
            assertTrue(names.add(kind.name()), kind.name());
            assertTrue(services.add(kind.service()), kind.name());
            assertTrue(kind.service().isInterface(), kind.name());
            assertSame(kind, PartKind.named(kind.name()).orElseThrow());
        }
    }

    @Test
    void namesAreThoseOfConfigurations() {
        assertEquals(List.of("topology", "transport", "sphinx", "routes", "retransmission", "cover", "frontend",
                        "store"),
                PartKind.ALL.stream().map(PartKind::name).toList());
        assertSame(PacketFormat.class, PartKind.SPHINX.service());
        assertEquals("sphinx", PartKind.SPHINX.toString());
        assertEquals(Optional.empty(), PartKind.named("Sphinx"));
        assertEquals(Optional.empty(), PartKind.named(""));
    }
}
