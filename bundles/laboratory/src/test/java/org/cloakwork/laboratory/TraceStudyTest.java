package org.cloakwork.laboratory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.api.Laboratory;
import org.junit.jupiter.api.Test;

class TraceStudyTest {

    private static final Map<String, String> SMALL = Map.of("clients", "10", "hours", "0.01", "routes",
            "uniform,subset:mixes=3",
            "hostile", "0.1,0.3", "pairs", "0");

    private static Map<String, String> answers(Laboratory.Study study, boolean isBackwards) {
        Map<String, String> answers = new TreeMap<>();
        (isBackwards ? study.tasks().reversed() : study.tasks()).forEach(task -> answers.put(task, study.run(task)));
        return answers;
    }

    @Test
    void theReportFollowsFromTheSeedWhateverTheOrder() {
        Laboratory.Report one = new LaboratoryImpl().study(SMALL).report(answers(new LaboratoryImpl().study(SMALL),
                false));
        Laboratory.Report other = new LaboratoryImpl().study(SMALL).report(answers(new LaboratoryImpl().study(SMALL),
                true));
        assertEquals(one, other);
        assertTrue(one.files().get("traced.csv").lines().count() == 5, one.files().get("traced.csv"));
        Map<String, String> seeded = new TreeMap<>(SMALL);
        seeded.put("seed", "2");
        Laboratory.Study again = new LaboratoryImpl().study(seeded);
        assertNotEquals(one.text().replace("seed 1", ""), again.report(answers(again, false)).text().replace("seed 2",
                ""));
    }

    @Test
    void aReportNeedsAllAnswers() {
        Laboratory.Study study = new LaboratoryImpl().study(SMALL);
        Map<String, String> answers = answers(study, false);
        answers.remove("client/1/0/3");
        assertEquals("no answer of task client/1/0/3",
                assertThrows(IllegalArgumentException.class, () -> study.report(answers)).getMessage());
        answers.put("client/1/0/3", "1 2 tree");
        assertThrows(IllegalArgumentException.class, () -> study.report(answers));
    }

    @Test
    void moreAreTracedOfUniformRoutesThanOfFew() {
        Map<String, String> options = new TreeMap<>(SMALL);
        options.put("clients", "40");
        options.put("hours", "0.05");
        Laboratory.Study study = new LaboratoryImpl().study(options);
        String csv = study.report(answers(study, false)).files().get("traced.csv");
        double uniform = Double.parseDouble(csv.lines().toList().get(1).split(",")[6]);
        double subset = Double.parseDouble(csv.lines().toList().get(2).split(",")[6]);
        assertTrue(uniform > 0.95, csv);
        assertTrue(subset < 0.25, csv);
    }

    @Test
    void eachIsTriedWithEach() {
        Map<String, String> options = new TreeMap<>(SMALL);
        options.putAll(Map.of("cover", "none,poisson", "retransmission", "timeout,adaptive", "delay-millis", "20",
                "routes", "uniform", "hostile", "0.1", "clients", "2"));
        Laboratory.Study study = new LaboratoryImpl().study(options);
        Laboratory.Report report = study.report(answers(study, false));
        for (String file : new String[] {"traced.csv", "global.csv"}) {
            assertEquals(1 + 2 * 2, report.files().get(file).lines().distinct().count(), file);
        }
        assertTrue(report.text().contains("uniform + none + adaptive  "), report.text());
        assertTrue(report.text().contains(", cover none, retransmission adaptive, delays of 20 ms\n"), report.text());
        assertTrue(study.spent().contains("uniform + poisson + timeout 0."), study.spent());
        assertFalse(report.text().contains(study.spent()), report.text());
    }

    @Test
    void aPatientPartTakesLongerWhereMixesAreDead() {
        Map<String, String> options = new TreeMap<>(SMALL);
        options.putAll(Map.of("retransmission", "timeout,timeout:ack-wait-addition-millis=20000", "routes", "uniform",
                "hours", "0.1", "clients", "20"));
        Laboratory.Study study = new LaboratoryImpl().study(options);
        String csv = study.report(answers(study, false)).files().get("dead.csv");
        double[] seconds = csv.lines().filter(line -> line.startsWith("uniform,0.1,"))
                .mapToDouble(line -> Double.parseDouble(line.split(",")[7])).toArray();
        assertEquals(2, seconds.length, csv);
        assertTrue(seconds[0] > 0.8 && seconds[0] < 5, csv);
        assertTrue(seconds[1] > 8 && seconds[1] < 40, csv);
    }

    @Test
    void whatIsWrongIsNamed() {
        assertMistake("there is no retransmission part called \"polka\"", "retransmission", "timeout,polka");
        assertMistake("there is no routes part called \"polka\"", "routes", "polka");
        assertMistake("mixes", "routes", "subset:mixes=1000");
        assertMistake("--hostile 2", "hostile", "2");
        assertMistake("--polka", "polka", "1");
        assertMistake("--paper polka", "paper", "polka");
    }

    private static void assertMistake(String named, String option, String value) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> new LaboratoryImpl().study(Map.of(option, value))).getMessage();
        assertTrue(message.contains(named), message);
    }
}
