/* every_sample.h - JSON of each type of the models, as writing has it. */
#ifndef HOLDFAST_TEST_EVERY_SAMPLE_H
#define HOLDFAST_TEST_EVERY_SAMPLE_H

#include "every.hf.h"
#include "odd.hf.h"
#include "rare.hf.h"
#include "shapes.hf.h"

typedef struct sample {
    const hf_type *type;
    const char    *json;
} sample;

static const sample samples[] = {
    { &point_hf_type, "{\"x\":1.5,\"y\":-2.0}" },
    { &plain_hf_type,
      "{\"flag\":true,\"letter\":120,\"i8\":-8,\"u8\":200,\"i16\":-300,\"u16\":60000,\"i32\":-70000,\"u32\":4000000000,"
      "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,\"f32\":1.5,\"f64\":-0.1,\"color\":6,\"named\":\"green\","
      "\"low\":9,\"high\":4000,\"small\":-7,\"bit\":true,\"name\":\"fifteen letters\",\"matrix\":[[1,2,3],[4,5,6]],"
      "\"at\":{\"x\":1.0,\"y\":2.0},\"path\":[{\"x\":3.0,\"y\":4.0},{\"x\":5.0,\"y\":6.0}],\"version\":{\"major\":7,\"minor\":8}}" },
    { &record_hf_type,
      "{\"id\":42,\"name\":\"name_1\",\"email\":\"a@b\",\"level\":5,\"score\":99.25,\"lucky\":7,\"values\":[0.0,0.1,-1e300],"
      "\"labels\":[\"\",\"longer than fourteen bytes\"],\"points\":[{\"x\":0.0,\"y\":2.5}],\"home\":{\"x\":3.0,\"y\":0.0},"
      "\"names\":[\"first\",null],\"blob\":\"AP8Qelo=\",\"key\":\"deadbeef\",\"chars\":\"a\xc3\xa9z\",\"x\":11.0,\"y\":12.0,"
      "\"extra\":{\"any\":[1,2,{}]},\"fixed\":[0,0,9],\"parts\":[{\"label\":\"part\",\"weight\":5},{\"label\":null,\"weight\":6}]}" },
    { &shape_hf_type, "{\"u\":{\"nodes\":{\"items\":[{\"u\":{\"circle\":{\"r\":1.5}},\"word\":\"word\"},{\"u\":{\"text\":\"text\"},\"word\":null},"
                      "{\"u\":{\"rect\":{\"x\":0.0,\"y\":2.0}},\"which\":7},{\"u\":0,\"which\":0}]}},\"number\":-5}" },
    { &tree_hf_type, "{\"value\":1,\"left\":{\"value\":2,\"left\":null,\"right\":null},\"right\":null}" },
    { &list_hf_type, "{\"value\":1,\"next\":{\"value\":2,\"next\":{\"value\":3}}}" },
    { &node_hf_type, "{\"value\":1,\"label\":\"l\",\"left\":null,\"right\":{\"value\":2,\"label\":null,\"left\":null,\"right\":null,\"kids\":[],\"group\":null},"
                     "\"kids\":[null,{\"value\":3,\"label\":null,\"left\":null,\"right\":null,\"kids\":[],\"group\":null}],"
                     "\"group\":{\"title\":\"t\",\"leader\":null,\"scores\":[1.0]}}" },
    { &shelf_hf_type, "{\"first\":{\"label\":\"a\"},\"rest\":[{\"label\":null},{\"label\":\"c\"}]}" },
    { &packet_hf_type, "{\"kind\":3,\"owner\":\"me\",\"data\":[1,2,4294967295]}" },
    { &counted_hf_type, "{\"first\":[1],\"second\":[1,2],\"third\":[],\"fourth\":[4,5],\"fifth\":[5],\"sixth\":[6,6,6],\"seventh\":[7],\"eighth\":[8,8],"
                        "\"ninth\":[{\"a\":1,\"b\":2}],\"rows\":[{\"a\":3,\"b\":4},null]}" },
    { &run_hf_type, "{\"owner\":\"me\",\"items\":[{\"x\":1,\"letter\":97},{\"x\":-2,\"letter\":98}]}" },
    { &run_hf_type, "{\"items\":[]}" },
    { &message_hf_type, "{\"left\":1,\"top\":2,\"head\":{\"title\":\"t\"},\"text\":\"hello\",\"state\":{\"weight\":1.5}}" },
    { &message_hf_type, "{\"left\":1,\"top\":2,\"head\":{\"title\":null},\"move\":{\"a\":1,\"b\":2},\"state\":{\"pair\":{\"a\":3,\"b\":4}}}" },
    { &message_hf_type, "{\"left\":1,\"top\":2,\"head\":{\"title\":null},\"status\":7,\"state\":{\"pair\":null}}" },
    { &message_hf_type, "{\"left\":1,\"top\":2,\"head\":{\"title\":\"t\"},\"raw\":{\"bytes\":[1,2,255]},\"state\":0}" },
    { &folder_hf_type, "{\"name\":\"root\",\"entries\":[{\"folder\":{\"name\":\"sub\",\"entries\":[]},\"size\":1},{\"next\":{\"size\":3},\"size\":2}]}" },
    { &forms_hf_type, "{\"at\":\"2026-11-22T21:00:00Z\",\"big\":\"18446744073709551615\",\"ratio\":\"0.5\",\"level\":\"high\",\"number\":-1,\"tag\":\"AQID\","
                      "\"bytes\":\"00ff\",\"words\":\"w\xc3\xb6rds\",\"padded\":\"abc\",\"kept\":{\"x\":[1,null]},\"wide\":[[[1,2],[3,4]],[[5,6],[7,8]]]}" },
    { &checks_hf_type, "{\"code\":\"abc\",\"word\":\"on\",\"three\":[1,2,3],\"share\":0.5,\"large\":18446744073709551615,\"odd\":-1,\"plate\":\"AB-12\","
                       "\"deep\":{\"pairs\":[{\"a\":1,\"b\":2}]}}" },
    { &checks_hf_type, "{\"code\":\"abc\",\"word\":\"off\",\"three\":[1,2,3],\"share\":1.0,\"large\":1,\"odd\":3}" },
    { &defaults_hf_type, "{\"on\":false,\"rate\":2.5,\"low\":1,\"high\":2,\"level\":0,\"text\":\"t\",\"short_text\":\"s\",\"literal\":\"literal\","
                         "\"none\":\"n\",\"depth\":1,\"name\":\"x\",\"maybe\":5}" },
    { &stairs_hf_type, "{\"flight\":[[{\"depth\":1,\"word\":\"a\",\"on\":true},{\"depth\":2,\"word\":\"b\",\"on\":false},{\"depth\":3,\"word\":\"\",\"on\":true}],"
                       "[{\"depth\":4,\"word\":\"a\",\"on\":true},{\"depth\":5,\"word\":\"b\",\"on\":false},{\"depth\":6,\"word\":\"c\",\"on\":true}]],"
                       "\"last\":{\"depth\":7,\"word\":\"d\",\"on\":false},\"more\":[{\"depth\":8,\"word\":\"e\",\"on\":true}],"
                       "\"well\":{\"posts\":[{\"rail\":{\"depth\":1,\"word\":\"x\",\"on\":true}},{\"rail\":{\"depth\":2,\"word\":\"y\",\"on\":false}}]},"
                       "\"landing\":{\"wide\":{\"pair\":[{\"depth\":8,\"word\":\"e\",\"on\":true},{\"depth\":9,\"word\":\"f\",\"on\":false}]}}}" },
    { &frame_hf_type, "{\"kind\":1,\"length\":7,\"body\":\"b\",\"pairs\":[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4}],\"half\":0.5}" },
    { &sealed_hf_type, "{\"fixed\":1,\"name\":\"n\",\"inner\":{\"kind\":1,\"length\":7,\"body\":\"b\",\"pairs\":[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4}],\"half\":0.5}}" },
    { &nest_hf_type, "{\"x\":1}" },
    { &team_hf_type, "{\"members\":[{\"first\":1,\"step\":\"a\"},{\"first\":2,\"step\":null}],\"members_first\":[1,2],"
                     "\"step\":[{\"members\":[{\"first\":0,\"step\":null},{\"first\":0,\"step\":\"b\"}],\"members_first\":[],\"step\":[],"
                     "\"keys\":{\"first\":[]}}],\"keys\":{\"first\":[7]}}" },
    { &team_size_hf_type, "{\"width\":1,\"height\":2}" },
    { &keys_hf_type, "{\"init\":1,\"else\":2,\"v_init\":3}" },
    { &registers_hf_type, "{\"mood\":\"WILD\",\"plain_mood\":16,\"is_on\":false,\"wide\":-65536,\"letter\":120}" },
    { &sheet_hf_type, "{\"x\":[1.0,2.0],\"y\":[3.0,4.0],\"names\":[\"a\",null],\"colors\":\"0a0b\"}" },
    { &sheet_hf_type, "{\"x\":[1.0],\"names\":[],\"colors\":\"ff\"}" },
    { &sheet_hf_type, "{\"x\":[],\"names\":[\"a\",\"b\"],\"colors\":\"\"}" },
    { &chains_hf_type, "{\"both\":[\"a\",null],\"pair\":[[[1.0,2.0],[3.0,4.0]],[[5.0,6.0],[7.0,8.0]]],\"rows\":[[1,2,3],[4,5,6]],\"row\":[1,2],"
                       "\"names\":[\"abc\",\"\"],\"same\":5,\"office\":{\"city\":\"c\",\"workers\":[{\"name\":\"w\"},null]},\"deep\":3}" },
    { &signals_hf_type, "{\"flag\":3,\"seen\":true,\"limit\":-4,\"fast\":9,\"words\":\"w\",\"names\":[\"a\",\"b\"]}" },
    { &lanes_hf_type, "{\"items\":[{\"at\":[1.0,2.0,3.0,4.0],\"name\":\"n\"},{\"at\":[0.0,0.0,0.0,0.5],\"name\":null}]}" },
    { &outer_hf_type, "{\"in\":{\"x\":1,\"next\":{\"x\":2}},\"also\":[{\"x\":3},{\"x\":4,\"next\":{\"x\":5}}]}" },
    { &pages_hf_type, "{\"page\":[{\"words\":\"a\"},{\"words\":null,\"more\":{\"page\":[{\"words\":\"b\"}]}}]}" },
    { &choice_hf_type, "{\"one\":{\"book\":{\"page\":[{\"words\":\"w\"},{\"words\":null}]}}}" },
    { &choice_hf_type, "{\"one\":{\"both\":{\"chain\":{\"x\":1},\"lane\":null}}}" },
    { &choice_hf_type, "{\"one\":{\"pair\":[\"a\",\"b\"]}}" },
    { &choice_hf_type, "{\"one\":{\"list\":{\"words\":[\"x\",\"y\"]}}}" },
    { &choice_hf_type, "{\"one\":{\"inner\":{\"one\":{\"inner\":{\"one\":0}}}}}" },
    { &atoms_hf_type, "{\"count\":-1,\"ready\":true,\"first\":120,\"second\":2,\"packed\":3,\"one\":4,\"row\":[5,6],\"wide\":1099511627776,"
                      "\"words\":\"w\",\"letters\":[65,65535,0]}" },
    { &numbers_hf_type, "{\"many\":18446744073709551615,\"few\":-7,\"plain\":8}" },
    { &brought_hf_type, "{\"a\":1,\"b\":\"b\",\"c\":[2,3],\"d\":4,\"state\":\"RARE_OFF\",\"next\":{\"a\":1,\"b\":null,\"c\":[0,0],\"d\":0,\"state\":\"RARE_ON\"}}" },
    { &tail_hf_type, "{\"items\":[{\"x\":1},{\"x\":-2}]}" },
    { &worker_hf_type, "{\"name\":\"w\",\"office\":{\"city\":\"c\",\"workers\":[]}}" },
};
enum { SAMPLES = sizeof samples / sizeof *samples };

#endif
