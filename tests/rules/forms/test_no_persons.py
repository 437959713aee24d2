import pytest

from rules.forms.no_persons import FORBIDDEN, NATIONALITIES, find_person_data
from tests.present import present

REFUSED = """
身份证号码 身份证号 公民身份证 证件号码 民族 民族成分 族别 是否少数民族 户主民族 姓名、民族
民族情况 少数民族人口 蒙古族人数 汉族党员人数 满族比例 少数民族干部比例 宗教信仰 信教群众人数 宗教
信徒人数 政治面貌 思想动态 群众思想动态 职工思想状况 舆情处置情况 学生思想表现 政治态度 信仰 姓名
填报人姓名 填报人 责任人 联系人 参会人员名单 党员名单 花名册 手机号 联系电话 家庭住址 年龄 性别
出生日期 网上言论 id_card id_number ethnicity religion phone_number full_name gender date_of_birth
身份证号（必填） 民族（必填） 民族： １．姓名 负责人及电话 联系人和联系方式 住户电话 村民电话号码
蒙族户数 蒙族 族裔 shenfenzheng SFZH shen_fen_zheng_hao sfzh_2 低保户名单 成员名单
身份_证_号 phoneNumber
""".split()  # noqa: SIM905
ALLOWED = """
民族乡数量 民族团结活动次数 民族团结进步创建活动 铸牢中华民族共同体意识宣讲场次 中华民族一家亲活动
少数民族特色村寨数 民族政策宣传次数 民族事务 民族地区经济 民族领域问题 十家满族乡项目数
宗教政策宣讲次数 宗教活动场所数 理想信念教育场次 信仰教育场次 党员人数 参加人数 受教育群众人次
各民族 各族群众参与人次 典型案例 主要做法 存在问题 完成日期 开展形式 项目名称 单位名称 覆盖率
问题清单 先进单位名单 责任单位 地名 受理电话咨询件数 思想政治课次数 征求意见条数 负责人数
蒙古语授课学校数 民族歌舞演出场次 宗教界人士座谈会次数 健康状况良好的草场面积 年龄结构说明
narrative done_count average message page coverage 民宗局 信访人次 information
各民族青少年交流场次 蒙古族中学 回族自治县 民族语文 工作人员到位情况 接访人次 民族学校
边境通信手机信号覆盖 project_name 办公电话 值班电话 值班电话号码 联系科室电话 单位联系电话
监督举报电话 负责单位 户数 人数 商户名单 法人名单 成员单位名单 居民电话回访情况
电话 mobile_clinics ethnic_unity
""".split()  # noqa: SIM905


@pytest.mark.parametrize("label", REFUSED)
def test_a_field_for_data_on_persons_is_found(label: str) -> None:
    assert find_person_data([label])


@pytest.mark.parametrize("label", ALLOWED)
def test_a_field_about_work_is_left_alone(label: str) -> None:
    assert find_person_data([label]) is None


@pytest.mark.parametrize("label", ["办理身份证件数", "登记手机号条数", "联系电话咨询条数"])
def test_counting_work_around_papers_and_telephones_is_allowed_in_numbers(label: str) -> None:
    assert find_person_data([label], numeric=True) is None
    assert find_person_data([label])


@pytest.mark.parametrize("label", ["身份证号", "手机号", "年龄", "信教人数", "少数民族人数"])
def test_a_number_that_counts_nothing_or_counts_believers_is_found(label: str) -> None:
    assert find_person_data([label], numeric=True)


def test_asking_people_to_leave_names_out_is_allowed() -> None:
    assert find_person_data(["主要做法", "请勿填写姓名、身份证号；写清做了什么。"]) is None
    assert find_person_data(["主要做法（不写姓名）"]) is None


def test_asking_for_names_in_the_hint_is_found() -> None:
    reason, found = present(find_person_data(["主要做法", "每户注明姓名，不要漏户"]))
    assert found == "姓名"
    assert reason in {entry.reason for entry in FORBIDDEN}


def test_nationalities_as_choices_give_the_field_away_and_places_do_not() -> None:
    assert find_person_data(["类别"], ["汉族", "蒙古族", "其他"])
    assert find_person_data(["地点"], ["十家满族乡", "文钟镇"]) is None


def test_there_are_56_nationalities() -> None:
    assert len(NATIONALITIES) == 56


SENTENCES = [
    "身份 证 号", "身份\u3000证号", "身\u200b份证号", "请在下面填写每户户主的姓名和身份证号",
    "请填写18位身份证号", "身份证号不得为空", "ID card number", "Identity card number",
    "Do not give names. Enter the ID card number", "Name of household head", "Han ethnicity",
]  # fmt: skip
WORK = [
    "Ethnic unity and progress activities", "All ethnic groups", "Duty telephone number",
    "Ideals and beliefs", "Public opinions solicited", "联系电话：0476-1234567",
    "本表不收集姓名和身份证号", "Do not give names of persons.", "Villages visited",
    "Phone calls answered",
]  # fmt: skip


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_that_asks_for_data_on_persons_is_found(text: str) -> None:
    assert find_person_data([text])


@pytest.mark.parametrize("text", WORK)
def test_a_sentence_about_work_is_left_alone(text: str) -> None:
    assert find_person_data([text]) is None


@pytest.mark.parametrize(
    "offered",
    [["Han", "Mongolian"], ["汉族", "少数民族"], ["Buddhist", "Muslim"], ["蒙族", "汉族"]],
)
def test_nationalities_and_religions_as_choices_are_known_by_other_names(
    offered: list[str],
) -> None:
    assert find_person_data(["类别"], offered)
    assert find_person_data(["语言"], ["Chinese", "Mongolian", "Korean"]) is None


def test_a_count_in_english_is_a_count() -> None:
    assert find_person_data(["Number of ID cards issued"], numeric=True) is None
    assert find_person_data(["ID number of the householder"], numeric=True)
