package org.cloakwork.laboratory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloakwork.api.Laboratory;
import org.junit.jupiter.api.Test;

class FlowsTest {

    /** Who has all mixes of the outer layers sees what both gateways see, and who has none sees nothing. */
    @Test
    void hostileEndsSeeNothingToAll() {
        Laboratory.Study study = new LaboratoryImpl().study(Map.of("clients", "1", "hours", "0.001", "routes",
                "uniform,subset:mixes=1", "hostile", "0,0.5,1", "pairs", "100"));
        Map<String, String> files = study.report(study.tasks().stream().collect(Collectors.toMap(Function.identity(),
                study::run))).files();
        List<String[]> gateways = files.get("flows.csv").lines().skip(1).map(line -> line.split(",")).toList();
        List<String[]> ends = files.get("ends.csv").lines().skip(1).map(line -> line.split(",")).toList();
        assertEquals(2, gateways.size());
        assertEquals(6, ends.size());
        for (int part = 0; part < gateways.size(); part++) {
            double[] found = ends.subList(3 * part, 3 * part + 3).stream().mapToDouble(cells -> Double.parseDouble(
                    cells[2])).toArray();
            assertEquals(0, found[0], Arrays.toString(found));
            assertEquals(Double.parseDouble(gateways.get(part)[1]), found[2], Arrays.toString(found));
            assertTrue(found[2] > 0.3, Arrays.toString(found));
            assertTrue(found[1] < found[2], Arrays.toString(found));
        }
    }
}
