"""The syllables of pinyin as they are typed: no tones, ``v`` for ``ü``."""

from __future__ import annotations

from functools import lru_cache

SYLLABLES = frozenset(
    """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bong bu ca cai can cang cao ce
    cei cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci
    cong cou cu cuan cui cun cuo da dai dan dang dao de den deng di dian diao die din ding diu dong dou du duan dui dun
    duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai
    guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian
    jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou ku kua kuai kuan kuang
    kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv
    lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng
    ni nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian
    piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng
    ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shen sheng shi shou
    shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te teng ti tian tiao
    tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wong wu xi xia xian xiang xiao xie xin xing
    xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan zang zao ze zei zen
    zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou
    zu zuan zui zun zuo
    """.split()  # noqa: SIM905 - as a list it would be four hundred lines
)
LONGEST_SYLLABLE = max(map(len, SYLLABLES))

# How else people write the syllables with ü.
VARIANTS = (("ü", "v"), ("lue", "lve"), ("nue", "nve"), ("lyu", "lv"), ("nyu", "nv"))

# More ways than these to cut a text into syllables are not followed: such a text is hardly a name.
MOST_WAYS = 24


@lru_cache(maxsize=2048)
def completions(start: str) -> tuple[str, ...]:
    """The syllables that begin with ``start``, itself included where it is one."""
    return tuple(sorted(syllable for syllable in SYLLABLES if syllable.startswith(start)))


@lru_cache(maxsize=2048)
def ways(letters: str, *, short: bool = False) -> tuple[tuple[str, ...], ...]:
    """The ways to cut ``letters`` into syllables, longest syllables first; ``short`` lets initials stand in for them.

    At most ``MOST_WAYS``; none where the letters cannot be cut, one empty way for no letters.
    """
    found: list[tuple[str, ...]] = []

    def cut(start: int, before: tuple[str, ...]) -> None:
        if len(found) >= MOST_WAYS:
            return
        if start == len(letters):
            found.append(before)
            return
        for size in range(min(LONGEST_SYLLABLE, len(letters) - start), 0, -1):
            piece = letters[start : start + size]
            if piece in SYLLABLES or (short and (size == 1 or piece in ("zh", "ch", "sh"))):
                cut(start + size, (*before, piece))

    cut(0, ())
    return tuple(found)
